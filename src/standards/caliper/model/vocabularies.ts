import { vocabulary } from './vocabulary'

/**
 * Values that "are limited to" a list of terms (Caliper 1.2, appendices), by the name that the
 * tables of `entities.ts` and `events.ts` use. Actions and profiles have files of their own.
 */
export const vocabularies = {
  // `CORE#SUB-ROLE`. Manager#Manager is in the appendix and in no context, Mentor#Auditor in the
  // context and in no example: both count.
  Role: vocabulary(`
    Administrator Administrator#Administrator Administrator#Developer
    Administrator#ExternalDeveloper Administrator#ExternalSupport
    Administrator#ExternalSystemAdministrator Administrator#Support
    Administrator#SystemAdministrator
    ContentDeveloper ContentDeveloper#ContentDeveloper ContentDeveloper#ContentExpert
    ContentDeveloper#ExternalContentExpert ContentDeveloper#Librarian
    Instructor Instructor#ExternalInstructor Instructor#Grader Instructor#GuestInstructor
    Instructor#Instructor Instructor#Lecturer Instructor#PrimaryInstructor
    Instructor#SecondaryInstructor Instructor#TeachingAssistant Instructor#TeachingAssistantGroup
    Instructor#TeachingAssistantOffering Instructor#TeachingAssistantSection
    Instructor#TeachingAssistantTemplate
    Learner Learner#ExternalLearner Learner#GuestLearner Learner#Learner Learner#NonCreditLearner
    Manager Manager#AreaManager Manager#CourseCoordinator Manager#ExternalObserver Manager#Manager
    Manager#Observer
    Member Member#Member
    Mentor Mentor#Advisor Mentor#Auditor Mentor#ExternalAdvisor Mentor#ExternalAuditor
    Mentor#ExternalLearningFacilitator Mentor#ExternalMentor Mentor#ExternalReviewer
    Mentor#ExternalTutor Mentor#LearningFacilitator Mentor#Mentor Mentor#Reviewer Mentor#Tutor
    Officer Officer#Chair Officer#Secretary Officer#Treasurer Officer#Vice-Chair
  `),
  Status: vocabulary('Active Inactive'),
  // The prose of the Tool Use Profile writes AssessmentPassed and AssessmentSubmitted; the appendix
  // and the context have the plural.
  Metric: vocabulary(`
    AssessmentsPassed AssessmentsSubmitted MinutesOnTask SkillsMastered StandardsMastered
    UnitsCompleted UnitsPassed WordsRead
  `),
  // CaseItemUri is in the context and in the implementation guide, not in the appendix.
  IdentifierType: vocabulary(`
    AccountUserName CaseItemUri EmailAddress LisSourcedId LtiContextId LtiDeploymentId
    LtiPlatformId LtiToolId LtiUserId OneRosterSourcedId Other SisSourcedId SystemId
  `),
  // The text says "including but not limited to" the two of the context, and names the third in its
  // prose; the official examples of errors have another for a fault, and they decide.
  MessageType: vocabulary('LtiDeepLinkingRequest LtiDeepLinkingResponse LtiResourceLinkRequest'),
} as const

export type Vocabulary = keyof typeof vocabularies
