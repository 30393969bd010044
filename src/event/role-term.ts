// LTI 1.1 writes a role as a URN: of a course, of the institution, of the system.
const PREFIX = /^urn:lti:(?:role|instrole|sysrole):ims\/lis\//

/** A role of LTI by its word in LIS; any other as it is. `Instructor/Grader` is `Instructor#Grader`. */
export function roleTerm(role: string): string {
  if (!role.startsWith('urn:')) return role
  const word = role.replace(PREFIX, '')
  return word === role ? role : word.replace('/', '#')
}
