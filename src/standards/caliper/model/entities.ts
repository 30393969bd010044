import type { PropertyTable } from './shape'

/** A type of entity: its supertypes, and the properties it adds to theirs. */
export interface EntityRow {
  of: string | readonly string[]
  has?: PropertyTable
}

/** Caliper 1.2, section 2.2: what every entity has. */
export const entityBase: PropertyTable = {
  id: 'IRI, required',
  type: 'Type, required',
  name: 'string',
  description: 'string',
  dateCreated: 'DateTime',
  dateModified: 'DateTime',
  otherIdentifiers: 'SystemIdentifier[]',
  extensions: 'Object',
}

/**
 * Caliper 1.2, appendix Entities, as the specification prints it: one row a type, in the order of the
 * alphabet. Where its tables miss what its prose, its context or its examples have, a comment says so.
 */
export const entities: Readonly<Record<string, EntityRow>> = {
  Agent: { of: 'Entity' },
  AggregateMeasure: {
    of: 'Entity',
    has: {
      metric: 'Metric, required',
      metricValue: 'decimal, required',
      maxMetricValue: 'decimal',
      startedAtTime: 'DateTime',
      endedAtTime: 'DateTime',
    },
  },
  AggregateMeasureCollection: { of: 'Collection', has: { items: 'AggregateMeasure[]' } },
  Annotation: { of: 'Entity', has: { annotator: 'Person', annotated: 'DigitalResource' } },
  Assessment: {
    of: ['AssignableDigitalResource', 'DigitalResourceCollection'],
    has: { items: 'AssessmentItem[]' },
  },
  AssessmentItem: { of: 'AssignableDigitalResource', has: { isTimeDependent: 'boolean' } },
  AssignableDigitalResource: {
    of: 'DigitalResource',
    has: {
      dateToActivate: 'DateTime',
      dateToShow: 'DateTime',
      dateToStartOn: 'DateTime',
      dateToSubmit: 'DateTime',
      maxAttempts: 'integer',
      maxSubmits: 'integer',
      maxScore: 'decimal',
    },
  },
  Attempt: {
    of: 'Entity',
    has: {
      assignee: 'Person',
      assignable: 'DigitalResource',
      isPartOf: 'Attempt', // in the profiles' prose and in 1.1, not in the table
      count: 'integer',
      startedAtTime: 'DateTime',
      endedAtTime: 'DateTime',
      duration: 'Duration',
    },
  },
  AudioObject: {
    of: 'MediaObject',
    has: { volumeLevel: 'string', volumeMin: 'string', volumeMax: 'string', muted: 'boolean' },
  },
  BookmarkAnnotation: { of: 'Annotation', has: { bookmarkNotes: 'string' } },
  Chapter: { of: 'DigitalResource' },
  Collection: { of: 'Entity', has: { items: 'Entity[]' } },
  Comment: {
    of: 'Entity',
    has: { commenter: 'Person', commentedOn: 'Entity', value: 'string' },
  },
  CourseOffering: {
    of: 'Organization',
    has: { courseNumber: 'string', academicSession: 'string' },
  },
  CourseSection: { of: 'CourseOffering', has: { category: 'string' } },
  DateTimeQuestion: {
    of: 'Question',
    has: {
      minDateTime: 'DateTime',
      minLabel: 'string',
      maxDateTime: 'DateTime',
      maxLabel: 'string',
    },
  },
  DateTimeResponse: { of: 'Response', has: { dateTimeSelected: 'DateTime' } },
  DigitalResource: {
    of: 'Entity',
    has: {
      storageName: 'string',
      creators: 'Agent[]',
      mediaType: 'string',
      keywords: 'string[]',
      learningObjectives: 'LearningObjective[]',
      isPartOf: 'Entity',
      datePublished: 'DateTime',
      version: 'string',
    },
  },
  DigitalResourceCollection: {
    of: ['Collection', 'DigitalResource'],
    has: { items: 'DigitalResource[]' },
  },
  Document: { of: 'DigitalResource' },
  Entity: { of: [] },
  FillinBlankResponse: { of: 'Response', has: { values: 'string[]' } },
  Forum: { of: 'DigitalResourceCollection', has: { items: 'Thread[]' } },
  Frame: { of: 'DigitalResource', has: { index: 'integer' } },
  Group: { of: 'Organization' },
  HighlightAnnotation: {
    of: 'Annotation',
    // `selection` is in the context, in 1.1 and in the examples, not in the table
    has: { selection: 'TextPositionSelector', selectionText: 'string' },
  },
  ImageObject: { of: 'MediaObject' },
  LearningObjective: { of: 'Entity' },
  LikertScale: {
    of: 'Scale',
    has: { scalePoints: 'integer', itemLabels: 'string[]', itemValues: 'string[]' },
  },
  Link: { of: 'Entity' },
  LtiLink: { of: 'DigitalResource', has: { messageType: 'MessageType' } },
  LtiSession: { of: 'Session', has: { messageParameters: 'Object' } },
  MediaLocation: { of: 'DigitalResource', has: { currentTime: 'Duration' } },
  MediaObject: { of: 'DigitalResource', has: { duration: 'Duration' } },
  Membership: {
    of: 'Entity',
    has: { organization: 'Organization', member: 'Person', roles: 'Role[]', status: 'Status' },
  },
  Message: {
    of: 'DigitalResource',
    has: { replyTo: 'Message', body: 'string', attachments: 'DigitalResource[]' },
  },
  MultipleChoiceResponse: { of: 'Response', has: { value: 'string' } },
  MultipleResponseResponse: { of: 'Response', has: { values: 'string[]' } },
  MultiselectQuestion: {
    of: 'Question',
    has: { points: 'integer', itemLabels: 'string[]', itemValues: 'string[]' },
  },
  MultiselectResponse: { of: 'Response', has: { selections: 'string[]' } },
  MultiselectScale: {
    of: 'Scale',
    has: {
      scalePoints: 'integer',
      itemLabels: 'string[]',
      itemValues: 'string[]',
      isOrderedSelection: 'boolean',
      minSelections: 'integer',
      maxSelections: 'integer',
    },
  },
  NumericScale: {
    of: 'Scale',
    has: {
      minValue: 'decimal',
      minLabel: 'string',
      maxValue: 'decimal',
      maxLabel: 'string',
      step: 'decimal',
    },
  },
  OpenEndedQuestion: { of: 'Question' },
  OpenEndedResponse: { of: 'Response', has: { value: 'string' } },
  Organization: { of: 'Agent', has: { subOrganizationOf: 'Organization', members: 'Agent[]' } },
  Page: { of: 'DigitalResource' },
  Person: { of: 'Agent' },
  Query: {
    of: 'Entity',
    has: { creator: 'Person', searchTarget: 'Entity', searchTerms: 'string' },
  },
  Question: { of: 'DigitalResource', has: { questionPosed: 'string' } },
  // The table calls `items` required, yet a Questionnaire may be thinned to its id and type (4.3).
  Questionnaire: { of: 'DigitalResourceCollection', has: { items: 'QuestionnaireItem[]' } },
  QuestionnaireItem: {
    of: 'DigitalResource',
    has: { question: 'Question', categories: 'string[]', weight: 'decimal' },
  },
  Rating: {
    of: 'Entity',
    has: {
      rater: 'Person',
      rated: 'Entity',
      question: 'Question',
      selections: 'string[]',
      ratingComment: 'Comment',
    },
  },
  RatingScaleQuestion: { of: 'Question', has: { scale: 'Scale' } },
  RatingScaleResponse: { of: 'Response', has: { selections: 'string[]' } },
  Response: {
    of: 'Entity',
    has: {
      attempt: 'Attempt',
      startedAtTime: 'DateTime',
      endedAtTime: 'DateTime',
      duration: 'Duration',
    },
  },
  Result: {
    of: 'Entity',
    has: {
      attempt: 'Attempt',
      maxResultScore: 'decimal',
      resultScore: 'decimal',
      scoredBy: 'Agent',
      comment: 'string',
    },
  },
  Scale: { of: 'Entity' },
  Score: {
    of: 'Entity',
    has: {
      attempt: 'Attempt',
      maxScore: 'decimal',
      scoreGiven: 'decimal',
      scoredBy: 'Agent',
      comment: 'string',
    },
  },
  SearchResponse: {
    of: 'Entity',
    has: {
      searchProvider: 'SoftwareApplication',
      searchTarget: 'Entity',
      query: 'Query',
      searchResultsItemCount: 'integer',
      searchResults: 'Entity[]', // announced in the prose, and in an example; it has no row
    },
  },
  SelectTextResponse: { of: 'Response', has: { values: 'string[]' } },
  Session: {
    of: 'Entity',
    has: {
      user: 'Person',
      client: 'SoftwareApplication',
      startedAtTime: 'DateTime',
      endedAtTime: 'DateTime',
      duration: 'Duration',
    },
  },
  SharedAnnotation: { of: 'Annotation', has: { withAgents: 'Agent[]' } },
  SoftwareApplication: {
    of: 'Agent',
    has: { host: 'string', ipAddress: 'string', userAgent: 'string', version: 'string' },
  },
  Survey: { of: 'Collection', has: { items: 'Questionnaire[]' } },
  SurveyInvitation: {
    of: 'DigitalResource',
    has: { rater: 'Person', survey: 'Survey', sentCount: 'integer', dateSent: 'DateTime' },
  },
  TagAnnotation: { of: 'Annotation', has: { tags: 'string[]' } },
  Thread: { of: 'DigitalResourceCollection', has: { items: 'Message[]' } },
  TrueFalseResponse: { of: 'Response', has: { value: 'string' } },
  VideoObject: { of: 'MediaObject' },
  WebPage: { of: 'DigitalResource' },
}

/** An entity may have these parts: they have a type, and no id of their own (2.2). */
export const parts: Readonly<Record<string, PropertyTable>> = {
  SystemIdentifier: {
    type: 'Type, required',
    identifier: 'string, required',
    identifierType: 'IdentifierType, required',
    source: 'SoftwareApplication',
    extensions: 'Object',
  },
  TextPositionSelector: {
    type: 'Type, required',
    start: 'nonNegativeInteger, required',
    end: 'nonNegativeInteger, required',
  },
}
