/** The vocabularies of Caliper 1.2, and what earlier versions had beside them. */

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}

export const actions = words(`
  Abandoned Accepted Activated Added Archived Attached Bookmarked ChangedResolution ChangedSize
  ChangedSpeed ChangedVolume Classified ClosedPopout Commented Completed Copied Created
  Deactivated Declined Deleted Described DisabledClosedCaptioning Disliked Downloaded
  EnabledClosedCaptioning Ended EnteredFullScreen ExitedFullScreen ForwardedTo Graded Hid
  Highlighted Identified JumpedTo Launched Liked Linked LoggedIn LoggedOut MarkedAsRead
  MarkedAsUnread Modified Muted NavigatedTo OpenedPopout OptedIn OptedOut Paused Posted Printed
  Published Questioned Ranked Recommended Removed Reset Restarted Restored Resumed Retrieved
  Returned Reviewed Rewound Saved Searched Sent Shared Showed Skipped Started Submitted
  Subscribed Tagged TimedOut Unmuted Unpublished Unsubscribed Uploaded Used Viewed
`)

export const profiles = words(`
  AnnotationProfile AssessmentProfile AssignableProfile FeedbackProfile ForumProfile
  GeneralProfile GradingProfile MediaProfile ReadingProfile ResourceManagementProfile
  SearchProfile SessionProfile SurveyProfile ToolLaunchProfile ToolUseProfile
`)

export const entityTypes = words(`
  Agent AggregateMeasure AggregateMeasureCollection Annotation Assessment AssessmentItem
  AssignableDigitalResource Attempt AudioObject BookmarkAnnotation Chapter Collection Comment
  CourseOffering CourseSection DateTimeQuestion DateTimeResponse DigitalResource
  DigitalResourceCollection Document Entity FillinBlankResponse Forum Frame Group
  HighlightAnnotation ImageObject LearningObjective LikertScale Link LtiLink LtiSession
  MediaLocation MediaObject Membership Message MultipleChoiceResponse MultipleResponseResponse
  MultiselectQuestion MultiselectResponse MultiselectScale NumericScale OpenEndedQuestion
  OpenEndedResponse Organization Page Person Query Question Questionnaire QuestionnaireItem
  Rating RatingScaleQuestion RatingScaleResponse Response Result Scale Score SearchResponse
  SelectTextResponse Session SharedAnnotation SoftwareApplication Survey SurveyInvitation
  TagAnnotation Thread TrueFalseResponse VideoObject WebPage
`)

/** Parts of an entity, with a type and no id of their own (2.2). */
export const partTypes = words('SystemIdentifier TextPositionSelector')

/** The types of event, and the actions that each supports. */
export const eventTypes: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['AnnotationEvent', words('Bookmarked Highlighted Shared Tagged')],
  ['AssessmentEvent', words('Started Paused Resumed Restarted Reset Submitted')],
  ['AssessmentItemEvent', words('Started Skipped Completed')],
  ['AssignableEvent', words('Activated Deactivated Started Completed Submitted Reviewed')],
  ['Event', actions],
  ['FeedbackEvent', words('Commented Ranked')],
  ['ForumEvent', words('Subscribed Unsubscribed')],
  ['GradeEvent', words('Graded')],
  [
    'MediaEvent',
    words(`
      Started Ended Paused Resumed Restarted ForwardedTo JumpedTo ChangedResolution ChangedSize
      ChangedSpeed ChangedVolume EnabledClosedCaptioning DisabledClosedCaptioning
      EnteredFullScreen ExitedFullScreen Muted Unmuted OpenedPopout ClosedPopout
    `),
  ],
  ['MessageEvent', words('MarkedAsRead MarkedAsUnread Posted')],
  ['NavigationEvent', words('NavigatedTo')],
  ['QuestionnaireEvent', words('Started Submitted')],
  ['QuestionnaireItemEvent', words('Started Skipped Completed')],
  [
    'ResourceManagementEvent',
    words(`
      Archived Copied Created Deleted Described Downloaded Modified Printed Published Restored
      Retrieved Saved Unpublished Uploaded
    `),
  ],
  ['SearchEvent', words('Searched')],
  ['SessionEvent', words('LoggedIn LoggedOut TimedOut')],
  ['SurveyEvent', words('OptedIn OptedOut')],
  ['SurveyInvitationEvent', words('Accepted Declined Sent')],
  ['ThreadEvent', words('MarkedAsRead MarkedAsUnread')],
  ['ToolLaunchEvent', words('Launched Returned')],
  ['ToolUseEvent', words('Used')],
  ['ViewEvent', words('Viewed')],
])

/** Deprecated in 1.1 and gone in 1.2: still right in an event of 1.1 (1.1, Appendix H). */
export const deprecatedActions: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'AnnotationEvent',
    words(`
      Attached Classified Commented Described Disliked Identified Liked Linked Questioned Ranked
      Recommended Subscribed
    `),
  ],
  ['AssessmentItemEvent', words('Reviewed Viewed')],
  ['AssignableEvent', words('Abandoned Hid Showed')],
  ['MediaEvent', words('Rewound')],
  ['ThreadEvent', words('Posted')],
])

export const deprecatedTypes = words(`
  ReadingEvent OutcomeEvent Reading EpubVolume EpubPart EpubChapter EpubSubChapter
  MultiselectionScale
`)

// The official material spells these two ways: event tables and contexts against the appendix.
const synonyms: ReadonlyMap<string, string> = new Map([
  ['MarkedAsUnRead', 'MarkedAsUnread'],
  ['EnabledCloseCaptioning', 'EnabledClosedCaptioning'],
  ['DisabledCloseCaptioning', 'DisabledClosedCaptioning'],
])

/** One spelling for each action. */
export function actionTerm(action: string): string {
  const name = term(action)
  return synonyms.get(name) ?? name
}

// Caliper's own namespaces: types (1.0 has `v1/` and `v1/lis/`), actions, and roles of LIS.
const NAMESPACE =
  /^https?:\/\/purl\.imsglobal\.org\/(?:caliper\/(?:v1p?\d*\/)?(?:lis\/)?|vocab\/(?:caliper|lis)\/(?:v\d\/)?(?:action#|membership[#/]|status#|person#)?)(?=.)/

/** The term that a full IRI of Caliper stands for; anything else is returned as it is. */
export function term(value: string): string {
  if (value.charCodeAt(0) !== 104) return value // no `h`, no `http`
  return value.replace(NAMESPACE, '')
}
