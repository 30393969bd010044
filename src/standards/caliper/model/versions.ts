import { actions as allActions } from './actions'
import type { EntityRow } from './entities'
import type { EventRow } from './events'
import type { PropertyTable } from './shape'
import { vocabulary } from './vocabulary'

/** Terms, and the properties of types, that one version or extension has and another has not. */
export interface Terms {
  events?: ReadonlySet<string>
  entities?: ReadonlySet<string>
  actions?: ReadonlySet<string>
  /** By the type that they were given to. */
  properties?: Readonly<Record<string, ReadonlySet<string>>>
  /** Actions that a type of event supports, by the type. */
  supported?: Readonly<Record<string, ReadonlySet<string>>>
}

// Both feedback and surveys ask questions.
const questions = `
  Question DateTimeQuestion MultiselectQuestion OpenEndedQuestion RatingScaleQuestion
  Scale LikertScale MultiselectScale MultiselectionScale NumericScale
`

/**
 * 1.1 came without these six profiles; each was published later with a context of its own, and an
 * item that names it (`http://purl.imsglobal.org/ctx/caliper/v1p1/NAME-extension`) has its terms.
 */
export const profileExtensions: Readonly<Record<string, Terms>> = {
  FeedbackProfile: {
    events: vocabulary('FeedbackEvent'),
    entities: vocabulary(`Comment Rating ${questions}`),
  },
  ResourceManagementProfile: {
    events: vocabulary('ResourceManagementEvent'),
    actions: vocabulary(`
      Archived Copied Downloaded Printed Published Restored Saved Unpublished Uploaded
    `),
    properties: { DigitalResource: vocabulary('storageName') },
  },
  SearchProfile: {
    events: vocabulary('SearchEvent'),
    entities: vocabulary('Query SearchResponse'),
  },
  SurveyProfile: {
    events: vocabulary(
      'QuestionnaireEvent QuestionnaireItemEvent SurveyEvent SurveyInvitationEvent',
    ),
    entities: vocabulary(`
      Collection Questionnaire QuestionnaireItem Survey SurveyInvitation ${questions}
      DateTimeResponse MultiselectResponse OpenEndedResponse RatingScaleResponse
    `),
    actions: vocabulary('Accepted Declined OptedIn OptedOut Sent'),
  },
  ToolLaunchProfile: {
    events: vocabulary('ToolLaunchEvent'),
    entities: vocabulary('Link LtiLink'),
    actions: vocabulary('Launched Returned'),
  },
  ToolUseProfile: {
    entities: vocabulary('AggregateMeasure AggregateMeasureCollection Collection'),
  },
}

/** 1.2 added these to 1.1, and no extension has them; nothing was taken away but what is below. */
export const addedIn1p2: Terms = {
  properties: {
    Event: vocabulary('profile'),
    Entity: vocabulary('otherIdentifiers'),
    Session: vocabulary('client'),
    SoftwareApplication: vocabulary('host ipAddress userAgent'),
  },
}

/** These terms 1.1 added to 1.0 (1.1, appendix H.2). */
export const addedIn1p1: Terms = {
  events: vocabulary('ForumEvent GradeEvent MessageEvent ThreadEvent ToolUseEvent'),
  entities: vocabulary(`
    Chapter DigitalResourceCollection Document Forum LtiSession Message Page Score Thread
  `),
  actions: vocabulary(`
    Added Created Deleted MarkedAsRead MarkedAsUnread Modified Posted Removed Reset Retrieved
    Unsubscribed Used
  `),
  properties: {
    Event: vocabulary('id referrer session extensions'),
    Annotation: vocabulary('annotator'),
    Attempt: vocabulary('assignee isPartOf'),
    DigitalResource: vocabulary('creators learningObjectives mediaType'),
    Organization: vocabulary('members'),
    Result: vocabulary('attempt maxResultScore resultScore'),
    Session: vocabulary('user'),
    SoftwareApplication: vocabulary('version'),
  },
  supported: {
    AssessmentEvent: vocabulary('Reset Restarted'),
    AssignableEvent: vocabulary('Submitted'),
    MediaEvent: vocabulary('Restarted'),
  },
}

/** A term's present form, as a message names it; '' where there is none. */
type Successor = string

/**
 * 1.0 had these, 1.1 deprecated and 1.2 dropped them (1.1, appendix H.2): right in 1.0, right and reported
 * in 1.1.
 */
export const deprecatedIn1p1 = {
  events: {
    OutcomeEvent: {
      row: {
        actions: vocabulary('Graded'),
        has: { actor: 'Agent', object: 'Attempt', generated: 'Result' },
      },
      now: 'GradeEvent',
    },
    ReadingEvent: {
      row: { actions: allActions, has: { actor: 'Person', object: 'DigitalResource' } },
      now: 'NavigationEvent or ViewEvent',
    },
  } satisfies Record<string, { row: EventRow; now: Successor }>,
  entities: {
    EpubChapter: { row: { of: 'DigitalResource' }, now: 'Chapter' },
    EpubPart: { row: { of: 'DigitalResource' }, now: 'Document' },
    EpubSubChapter: { row: { of: 'DigitalResource' }, now: 'Page' },
    EpubVolume: { row: { of: 'DigitalResource' }, now: 'Document' },
    Reading: { row: { of: 'DigitalResource' }, now: 'Document' },
  } satisfies Record<string, { row: EntityRow; now: Successor }>,
  /** By type: what it supported, and was deprecated. Posted is in H.2.3 alone. */
  supported: {
    AnnotationEvent: vocabulary(`
      Attached Classified Commented Described Disliked Identified Liked Linked Questioned Ranked
      Recommended Subscribed
    `),
    AssessmentItemEvent: vocabulary('Reviewed Viewed'),
    AssignableEvent: vocabulary('Abandoned Hid Showed'),
    MediaEvent: vocabulary('Rewound'),
    ThreadEvent: vocabulary('Posted'),
  } as Readonly<Record<string, ReadonlySet<string>>>,
  /** By type: the property, its range, and after it what it is now. */
  properties: {
    NavigationEvent: { navigatedFrom: ['DigitalResource | SoftwareApplication', 'referrer'] },
    Attempt: { actor: ['Person', 'assignee'] },
    DigitalResource: {
      alignedLearningObjective: ['LearningObjective[]', 'learningObjectives'],
      objectType: ['anything', 'type'],
    },
    Response: { actor: ['Person', 'attempt'], assignable: ['DigitalResource', 'attempt'] },
    Result: {
      actor: ['Person', 'attempt'],
      assignable: ['DigitalResource', 'attempt'],
      curveFactor: ['decimal', ''],
      curvedTotalScore: ['decimal', ''],
      extraCreditScore: ['decimal', ''],
      normalScore: ['decimal', ''],
      penaltyScore: ['decimal', ''],
      totalScore: ['decimal', 'resultScore'],
    },
    Session: { actor: ['Agent', 'user'] },
  } as Readonly<Record<string, Readonly<Record<string, readonly [string, Successor]>>>>,
}

/** Ranges of 1.0 that 1.1 narrowed, by the type that has the property. */
export const rangesIn1p0: Readonly<Record<string, PropertyTable>> = {
  HighlightAnnotation: { selection: 'Object' },
  // Its examples of a logout have the session that ended.
  SessionEvent: { target: 'DigitalResource | Session' },
}

/** Names that the Feedback extension of 1.1 had for what 1.2 calls otherwise. */
export const otherNames: Readonly<Record<string, EntityRow>> = {
  MultiselectionScale: { of: 'MultiselectScale' },
}
