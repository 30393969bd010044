import { actions as allActions } from './actions'
import type { PropertyTable } from './shape'
import { vocabulary } from './vocabulary'

/**
 * A type of event: the actions it supports, and the properties whose range it narrows. `when` narrows
 * further for some of its actions; `whenObject` for some types of its object.
 */
export interface EventRow {
  actions: ReadonlySet<string>
  has?: PropertyTable
  when?: Readonly<Record<string, PropertyTable>>
  whenObject?: Readonly<Record<string, PropertyTable>>
}

/** Caliper 1.2, section 2.1: what every event has, and the range where its type says no more. */
export const eventBase: PropertyTable = {
  id: 'UUID, required',
  type: 'Type, required',
  profile: 'Profile',
  actor: 'Agent, required',
  action: 'Action, required',
  object: 'Entity, required',
  eventTime: 'DateTime, required',
  edApp: 'SoftwareApplication',
  generated: 'Entity',
  target: 'Entity',
  referrer: 'Entity',
  group: 'Organization',
  membership: 'Membership',
  session: 'Session',
  federatedSession: 'LtiSession',
  extensions: 'Object',
}

/**
 * Caliper 1.2, appendix Events, one row a type. Required and optional are as in 2.1 unless a row says
 * otherwise; `recommended` is where the text says SHOULD.
 */
export const events: Readonly<Record<string, EventRow>> = {
  AnnotationEvent: {
    actions: vocabulary('Bookmarked Highlighted Shared Tagged'),
    has: { actor: 'Person', object: 'DigitalResource', generated: 'Annotation', target: 'Frame' },
  },
  AssessmentEvent: {
    actions: vocabulary('Started Paused Resumed Restarted Reset Submitted'),
    has: { actor: 'Person', object: 'Assessment', generated: 'Attempt' },
  },
  AssessmentItemEvent: {
    actions: vocabulary('Started Skipped Completed'),
    has: {
      actor: 'Person',
      object: 'AssessmentItem',
      generated: 'Response | Attempt', // the table has Response alone, the profile and an example both
      referrer: 'AssessmentItem',
    },
  },
  AssignableEvent: {
    actions: vocabulary('Activated Deactivated Started Completed Submitted Reviewed'),
    has: {
      actor: 'Person',
      object: 'AssignableDigitalResource',
      generated: 'Attempt',
      target: 'Frame',
    },
    when: {
      Started: { generated: 'Attempt, recommended' },
      Completed: { generated: 'Attempt, recommended' },
      Reviewed: { generated: 'Attempt, recommended' },
    },
  },
  Event: { actions: allActions },
  FeedbackEvent: {
    actions: vocabulary('Commented Ranked'),
    has: { actor: 'Person', object: 'Entity', generated: 'Rating | Comment', target: 'Frame' },
    when: { Commented: { generated: 'Comment' }, Ranked: { generated: 'Rating' } },
  },
  ForumEvent: {
    actions: vocabulary('Subscribed Unsubscribed'),
    has: { actor: 'Person', object: 'Forum' },
  },
  GradeEvent: {
    actions: vocabulary('Graded'),
    has: { actor: 'Agent', object: 'Attempt', generated: 'Score, recommended' },
  },
  MediaEvent: {
    actions: vocabulary(`
      Started Ended Paused Resumed Restarted ForwardedTo JumpedTo ChangedResolution ChangedSize
      ChangedSpeed ChangedVolume EnabledClosedCaptioning DisabledClosedCaptioning
      EnteredFullScreen ExitedFullScreen Muted Unmuted OpenedPopout ClosedPopout
    `),
    has: { actor: 'Person', object: 'MediaObject', target: 'MediaLocation' },
    whenObject: {
      AudioObject: { target: 'MediaLocation, recommended' },
      VideoObject: { target: 'MediaLocation, recommended' },
    },
  },
  MessageEvent: {
    actions: vocabulary('MarkedAsRead MarkedAsUnread Posted'),
    has: { actor: 'Person', object: 'Message' },
  },
  NavigationEvent: {
    actions: vocabulary('NavigatedTo'),
    has: {
      actor: 'Person',
      object: 'DigitalResource | SoftwareApplication',
      target: 'DigitalResource',
      referrer: 'DigitalResource | SoftwareApplication',
    },
  },
  QuestionnaireEvent: {
    actions: vocabulary('Started Submitted'),
    // `generated` is in the Survey Profile, not in the event's table
    has: { actor: 'Person', object: 'Questionnaire', generated: 'Attempt' },
  },
  QuestionnaireItemEvent: {
    actions: vocabulary('Started Skipped Completed'),
    // as for AssessmentItemEvent
    has: { actor: 'Person', object: 'QuestionnaireItem', generated: 'Response | Attempt' },
  },
  ResourceManagementEvent: {
    actions: vocabulary(`
      Archived Copied Created Deleted Described Downloaded Modified Printed Published Restored
      Retrieved Saved Unpublished Uploaded
    `),
    has: { actor: 'Person', object: 'DigitalResource', generated: 'DigitalResource' },
    // "Required (Copied action only)" in the event's table, SHOULD in the profile's prose
    when: { Copied: { generated: 'DigitalResource, required' } },
  },
  SearchEvent: {
    actions: vocabulary('Searched'),
    has: { actor: 'Person', object: 'Entity', generated: 'SearchResponse' },
  },
  SessionEvent: {
    actions: vocabulary('LoggedIn LoggedOut TimedOut'),
    has: {
      actor: 'Person | SoftwareApplication',
      object: 'Session | SoftwareApplication',
      target: 'DigitalResource',
      referrer: 'DigitalResource | SoftwareApplication',
    },
    when: {
      LoggedIn: { actor: 'Person', object: 'SoftwareApplication' },
      LoggedOut: { actor: 'Person', object: 'SoftwareApplication' },
      TimedOut: { actor: 'SoftwareApplication', object: 'Session' },
    },
  },
  SurveyEvent: {
    actions: vocabulary('OptedIn OptedOut'),
    has: { actor: 'Person', object: 'Survey' },
  },
  SurveyInvitationEvent: {
    actions: vocabulary('Accepted Declined Sent'),
    has: { actor: 'Person', object: 'SurveyInvitation' },
  },
  ThreadEvent: {
    actions: vocabulary('MarkedAsRead MarkedAsUnread'),
    has: { actor: 'Person', object: 'Thread' },
  },
  ToolLaunchEvent: {
    actions: vocabulary('Launched Returned'),
    has: {
      actor: 'Person',
      object: 'SoftwareApplication',
      generated: 'DigitalResource',
      target: 'Link | LtiLink',
    },
    when: { Launched: { federatedSession: 'LtiSession, required' } },
  },
  ToolUseEvent: {
    actions: vocabulary('Used'),
    has: {
      actor: 'Person',
      object: 'SoftwareApplication',
      generated: 'AggregateMeasureCollection',
      target: 'SoftwareApplication',
    },
  },
  ViewEvent: {
    actions: vocabulary('Viewed'),
    // a Result is no DigitalResource; that it can be viewed only the Grading Profile says
    has: { actor: 'Person', object: 'DigitalResource | Result' },
  },
}
