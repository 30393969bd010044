import {
  aMembership,
  anApp,
  anAttempt,
  aPerson,
  aResource,
  aSection,
  aSession,
  moment,
  next,
  pick,
  urn,
} from './entities'

export const caliperContext = 'http://purl.imsglobal.org/ctx/caliper/v1p2'

export type CaliperEvent = { id: string; type: string; eventTime: string } & Record<string, unknown>
type Maker = (more?: Record<string, unknown>) => CaliperEvent

interface Scene {
  n: number
  person: string
}

/** An LMS says this around every event: who, where, in which course, role and session. */
function maker(
  type: string,
  profile: string,
  act: (scene: Scene) => Record<string, unknown>,
): Maker {
  return (more = {}) => {
    const n = next()
    const actor = aPerson(n)
    const group = aSection(n)
    return {
      '@context': caliperContext,
      id: urn(),
      type,
      profile,
      actor,
      ...act({ n, person: actor.id }),
      eventTime: moment(n),
      edApp: n % 3 === 0 ? anApp().id : anApp(),
      group: n % 2 === 0 ? group.id : group,
      ...(n % 4 !== 1 && { membership: aMembership(actor.id, group.id) }),
      session: n % 4 === 0 ? aSession(actor.id, n).id : aSession(actor.id, n),
      extensions: { 'example.northfield.request': { page: n, beta: n % 2 === 0 } },
      ...more,
    }
  }
}

export const aViewEvent = maker('ViewEvent', 'ReadingProfile', ({ n }) => ({
  action: 'Viewed',
  object: aResource('Page', n, { isPartOf: aResource('Document', n) }),
}))

export const aNavigationEvent = maker('NavigationEvent', 'ReadingProfile', ({ n }) => ({
  action: 'NavigatedTo',
  object: aResource('WebPage', n),
  target: aResource('Frame', n, { index: n % 20 }),
  referrer: aResource('WebPage', n + 1),
}))

export const anAssessmentEvent = maker('AssessmentEvent', 'AssessmentProfile', ({ n, person }) => {
  const object = aResource('Assessment', n, { maxAttempts: 2, maxScore: 15, maxSubmits: 2 })
  const action = pick(['Started', 'Paused', 'Resumed', 'Submitted'], n)
  return { action, object, generated: anAttempt(person, object.id, n) }
})

export const anAssessmentItemEvent = maker(
  'AssessmentItemEvent',
  'AssessmentProfile',
  ({ n, person }) => {
    const object = aResource('AssessmentItem', n, { isTimeDependent: false, maxScore: 1 })
    const attempt = anAttempt(person, object.id, n)
    const response = {
      id: `${attempt.id}/response`,
      type: 'FillinBlankResponse',
      attempt,
      values: ['mitosis', String(n)],
      startedAtTime: moment(n),
      endedAtTime: moment(n + 30),
    }
    return { action: 'Completed', object, generated: response }
  },
)

export const anAssignableEvent = maker('AssignableEvent', 'AssignableProfile', ({ n, person }) => {
  const object = aResource('AssignableDigitalResource', n, { dateToSubmit: moment(n + 9000) })
  return {
    action: pick(['Started', 'Completed'], n),
    object,
    generated: anAttempt(person, object.id),
  }
})

export const aGradeEvent = maker('GradeEvent', 'GradingProfile', ({ n, person }) => {
  const object = anAttempt(person, aResource('Assessment', n).id, n)
  const generated = {
    id: `${object.id}/scores/1`,
    type: 'Score',
    attempt: object.id,
    maxScore: 20,
    scoreGiven: (n % 41) / 2,
    scoredBy: anApp(),
    comment: 'auto-graded',
    dateCreated: moment(n),
  }
  return { actor: anApp(), action: 'Graded', object, generated }
})

export const aMediaEvent = maker('MediaEvent', 'MediaProfile', ({ n }) => {
  const object = aResource('VideoObject', n, { mediaType: 'video/mp4', duration: 'PT1H27M20S' })
  const target = {
    id: `${object.id}#t=${n % 5000}`,
    type: 'MediaLocation',
    currentTime: `PT${n % 5000}S`,
  }
  return { action: pick(['Started', 'Paused', 'JumpedTo', 'Muted', 'Ended'], n), object, target }
})

export const anAnnotationEvent = maker('AnnotationEvent', 'AnnotationProfile', ({ n, person }) => {
  const object = aResource('Page', n)
  const generated = {
    id: `${object.id}/highlights/${n}`,
    type: 'HighlightAnnotation',
    annotator: person,
    annotated: object.id,
    selection: { type: 'TextPositionSelector', start: n, end: n + 40 },
    selectionText: 'Life, "liberty" and the pursuit of happiness\n\t– a claim',
    dateCreated: moment(n),
  }
  return { action: 'Highlighted', object, generated }
})

export const aFeedbackEvent = maker('FeedbackEvent', 'FeedbackProfile', ({ n, person }) => {
  const object = aResource('Document', n)
  const generated = {
    id: `${object.id}/comments/${n}`,
    type: 'Comment',
    commenter: person,
    commentedOn: object.id,
    value: `Clear, but example ${n} is hard to follow.`,
  }
  return { action: 'Commented', object, generated }
})

export const aForumEvent = maker('ForumEvent', 'ForumProfile', ({ n }) => ({
  action: pick(['Subscribed', 'Unsubscribed'], n),
  object: aResource('Forum', n, { isPartOf: aSection(n) }),
}))

export const aMessageEvent = maker('MessageEvent', 'ForumProfile', ({ n, person }) => ({
  action: 'Posted',
  object: aResource('Message', n, {
    creators: [{ id: person, type: 'Person' }],
    body: `Has anyone solved problem ${n}? I get 42 ≠ 41.`,
    isPartOf: { id: `${aResource('Forum', n).id}/threads/${n % 90}`, type: 'Thread' },
  }),
}))

export const aThreadEvent = maker('ThreadEvent', 'ForumProfile', ({ n }) => ({
  action: pick(['MarkedAsRead', 'MarkedAsUnread'], n),
  object: aResource('Thread', n, { isPartOf: aResource('Forum', n) }),
}))

export const aSessionEvent = maker('SessionEvent', 'SessionProfile', ({ n }) => ({
  action: pick(['LoggedIn', 'LoggedOut'], n),
  object: {
    ...anApp(),
    host: 'lms.northfield.example',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
  },
  referrer: aResource('WebPage', n),
}))

export const aSearchEvent = maker('SearchEvent', 'SearchProfile', ({ n, person }) => {
  const object = anApp()
  const query = {
    id: `${object.id}/queries/${n}`,
    type: 'Query',
    creator: person,
    searchTerms: `cell ${n}`,
  }
  const generated = {
    id: `${object.id}/searches/${n}`,
    type: 'SearchResponse',
    searchProvider: object.id,
    searchTarget: aResource('DigitalResourceCollection', n),
    query,
    searchResultsItemCount: n % 50,
  }
  return { action: 'Searched', object, generated }
})

export const aQuestionnaireEvent = maker('QuestionnaireEvent', 'SurveyProfile', ({ n, person }) => {
  const object = aResource('Questionnaire', n)
  return {
    action: pick(['Started', 'Submitted'], n),
    object,
    generated: anAttempt(person, object.id, n),
  }
})

export const aSurveyEvent = maker('SurveyEvent', 'SurveyProfile', ({ n }) => ({
  action: pick(['OptedIn', 'OptedOut'], n),
  object: {
    id: aResource('Survey', n).id,
    type: 'Survey',
    items: [aResource('Questionnaire', n).id],
  },
}))

export const aResourceManagementEvent = maker(
  'ResourceManagementEvent',
  'ResourceManagementProfile',
  ({ n }) => ({
    action: 'Copied',
    object: aResource('Document', n, { storageName: `notes-${n}.pdf` }),
    generated: aResource('Document', n + 1),
  }),
)

export const aToolLaunchEvent = maker('ToolLaunchEvent', 'ToolLaunchProfile', ({ n, person }) => ({
  action: 'Launched',
  object: { id: 'https://quiz.example.org/lti', type: 'SoftwareApplication', name: 'Quiz Tool' },
  target: {
    id: `${aResource('Page', n).id}/links/1`,
    type: 'LtiLink',
    messageType: 'LtiResourceLinkRequest',
  },
  federatedSession: {
    id: urn(),
    type: 'LtiSession',
    user: person,
    messageParameters: { iss: 'https://lms.northfield.example', nonce: `n-${n}`, azp: '962fa4d8' },
  },
}))

export const aToolUseEvent = maker('ToolUseEvent', 'ToolUseProfile', ({ n }) => ({
  action: 'Used',
  object: anApp(),
  generated: {
    id: urn(),
    type: 'AggregateMeasureCollection',
    items: [
      {
        id: urn(),
        type: 'AggregateMeasure',
        metric: 'MinutesOnTask',
        metricValue: n % 60,
        maxMetricValue: 60,
      },
      {
        id: urn(),
        type: 'AggregateMeasure',
        metric: 'UnitsCompleted',
        metricValue: n % 12,
        maxMetricValue: 25,
      },
    ],
  },
}))

export const anOtherEvent = maker('Event', 'GeneralProfile', ({ n }) => ({
  action: pick(['Created', 'Modified', 'Deleted', 'Shared'], n),
  object: aResource('Document', n),
}))
