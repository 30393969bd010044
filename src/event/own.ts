/** Records of Nonius itself are stamped with this source, which nobody else may have. */
export const OWN_SOURCE = 'nonius'

/** Types of entries of the audit trail begin so. They are types of what is stored, and no notices. */
export const AUDIT_TYPES = 'nonius.audit.'
