import type { PropertyTable } from './shape'

/** A row supports a type of event in a profile: for these actions (or all), these ranges. */
export interface ProfileRow {
  event: string
  /** Space between them; without, the row holds for every action of the type. */
  actions?: string
  has?: PropertyTable
}

/**
 * Caliper 1.2, section 3: the 15 profiles, each with the rows of its table, as far as they say more
 * than the type of event does. SurveyProfile is in the text and in examples, and missing from the
 * JSON-LD context.
 */
export const profiles: Readonly<Record<string, readonly ProfileRow[]>> = {
  AnnotationProfile: [
    { event: 'AnnotationEvent', actions: 'Bookmarked', has: { generated: 'BookmarkAnnotation' } },
    { event: 'AnnotationEvent', actions: 'Highlighted', has: { generated: 'HighlightAnnotation' } },
    { event: 'AnnotationEvent', actions: 'Shared', has: { generated: 'SharedAnnotation' } },
    { event: 'AnnotationEvent', actions: 'Tagged', has: { generated: 'TagAnnotation' } },
  ],
  AssessmentProfile: [
    { event: 'AssessmentEvent' },
    { event: 'AssessmentItemEvent', actions: 'Started Skipped', has: { generated: 'Attempt' } },
    { event: 'AssessmentItemEvent', actions: 'Completed', has: { generated: 'Response' } },
    { event: 'NavigationEvent', has: { object: 'Assessment | AssessmentItem' } },
    { event: 'ViewEvent', has: { object: 'Assessment | AssessmentItem' } },
  ],
  AssignableProfile: [
    { event: 'AssignableEvent' },
    { event: 'NavigationEvent', has: { object: 'AssignableDigitalResource' } },
    { event: 'ViewEvent', has: { object: 'AssignableDigitalResource' } },
  ],
  FeedbackProfile: [{ event: 'FeedbackEvent' }],
  ForumProfile: [
    { event: 'ForumEvent' },
    { event: 'ThreadEvent' },
    { event: 'MessageEvent' },
    { event: 'NavigationEvent', has: { object: 'Forum | Message | Thread' } },
    { event: 'ViewEvent', has: { object: 'Forum | Message | Thread' } },
  ],
  GeneralProfile: [{ event: 'Event' }],
  GradingProfile: [{ event: 'GradeEvent' }, { event: 'ViewEvent', has: { object: 'Result' } }],
  MediaProfile: [
    { event: 'MediaEvent' },
    { event: 'NavigationEvent', has: { object: 'MediaObject', target: 'MediaLocation' } },
    { event: 'ViewEvent', has: { object: 'MediaObject', target: 'MediaLocation' } },
  ],
  ReadingProfile: [
    { event: 'NavigationEvent', has: { object: 'DigitalResource', target: 'DigitalResource' } },
    { event: 'ViewEvent', has: { object: 'DigitalResource', target: 'DigitalResource' } },
  ],
  ResourceManagementProfile: [{ event: 'ResourceManagementEvent' }],
  SearchProfile: [
    { event: 'SearchEvent', has: { object: 'DigitalResource | SoftwareApplication' } },
  ],
  SessionProfile: [{ event: 'SessionEvent' }],
  SurveyProfile: [
    { event: 'SurveyInvitationEvent' },
    { event: 'SurveyEvent' },
    { event: 'QuestionnaireEvent' },
    { event: 'QuestionnaireItemEvent', actions: 'Started Skipped', has: { generated: 'Attempt' } },
    { event: 'QuestionnaireItemEvent', actions: 'Completed', has: { generated: 'Response' } },
    { event: 'NavigationEvent', has: { object: 'Questionnaire | QuestionnaireItem' } },
    { event: 'ViewEvent', has: { object: 'Questionnaire | QuestionnaireItem' } },
  ],
  ToolLaunchProfile: [{ event: 'ToolLaunchEvent' }],
  ToolUseProfile: [{ event: 'ToolUseEvent' }],
}
