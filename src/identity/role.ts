/**
 * Who somebody is in an organisation (paper 001, "Event Data Access by Role"). A scope says what a
 * system may do; a role says whose data a person sees.
 */
export const roles = ['admin', 'teacher-admin', 'teacher', 'student', 'analyst', 'system'] as const
export type Role = (typeof roles)[number]

/**
 * Roles that an identity provider may give people. Its tenant says what it means by each, so none of them
 * reaches beyond that tenant.
 */
export type PersonRole = Exclude<Role, 'system'>
export const personRoles: readonly PersonRole[] = roles.filter((role) => role !== 'system')
