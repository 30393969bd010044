/**
 * Who somebody is in an organisation (paper 001, "Event Data Access by Role"). A scope says what a
 * system may do; a role says whose data a person sees.
 */
export const roles = ['admin', 'teacher-admin', 'teacher', 'student', 'analyst', 'system'] as const
export type Role = (typeof roles)[number]
