import { interactionTypes } from './interactions'
import type { ObjectName } from './shape'
import { type Choice, type ChoiceName, many, needed, type ObjectModel, one, since2 } from './shape'

const objectType = (...terms: string[]) => one({ terms })
const neededType = (...terms: string[]) => needed({ terms })

/** Agents and groups have one of these (1.0.3, Data, 2.4.2.3). */
const identifiers = {
  mbox: one('Mailto', 'identifier'),
  mbox_sha1sum: one('SHA1', 'identifier'),
  openid: one('IRI', 'identifier'),
  account: one('Account', 'account'),
}

/** Statements and SubStatements have these in common (2.4, 2.4.4.3). */
const told = {
  actor: needed('Actor', 'actor'),
  verb: needed('Verb', 'verb'),
  result: one('Result', 'result'),
  context: one('Context', 'context'),
  timestamp: one('Timestamp', 'timestamp'),
  attachments: many('Attachment', 'list'),
}

/** The tables say everything of the model that one object says without the others. */
export const objects: Readonly<Record<ObjectName, ObjectModel>> = {
  Statement: {
    section: 'statement',
    properties: {
      id: one('UUID', 'id'),
      ...told,
      object: needed('Object', 'object'),
      stored: one('Timestamp', 'stored'),
      authority: one('Authority', 'authority'),
      version: one('Version', 'version'),
    },
  },
  SubStatement: {
    section: 'statementObject',
    properties: {
      objectType: neededType('SubStatement'),
      ...told,
      object: needed('SubObject', 'object'),
    },
  },
  StatementRef: {
    section: 'statementObject',
    properties: { objectType: neededType('StatementRef'), id: needed('UUID') },
  },
  Agent: {
    section: 'agent',
    properties: { objectType: objectType('Agent'), name: one('Text'), ...identifiers },
  },
  Group: {
    section: 'group',
    properties: {
      objectType: neededType('Group'),
      name: one('Text'),
      member: many('Agent', 'list'),
      ...identifiers,
    },
  },
  OAuthGroup: {
    section: 'authority',
    properties: {
      objectType: neededType('Group'),
      name: one('Text'),
      member: many('Agent', 'list'),
    },
  },
  Account: {
    section: 'account',
    properties: { homePage: needed('IRI'), name: needed('AccountName') },
  },
  Verb: { section: 'verb', properties: { id: needed('IRI'), display: one('LanguageMap') } },
  Activity: {
    section: 'activity',
    properties: {
      objectType: objectType('Activity'),
      id: needed('IRI'),
      definition: one('Definition'),
    },
  },
  Definition: {
    section: 'activity',
    properties: {
      name: one('LanguageMap'),
      description: one('LanguageMap'),
      type: one('IRI'),
      moreInfo: one('IRL'),
      extensions: one('Extensions'),
      interactionType: one({ terms: interactionTypes }),
      correctResponsesPattern: many('Text', 'list'),
      choices: many('Component', 'list'),
      scale: many('Component', 'list'),
      source: many('Component', 'list'),
      target: many('Component', 'list'),
      steps: many('Component', 'list'),
    },
  },
  Component: {
    section: 'activity',
    properties: { id: needed('Text'), description: one('LanguageMap') },
  },
  Result: {
    section: 'result',
    properties: {
      score: one('Score', 'score'),
      success: one('Boolean'),
      completion: one('Boolean'),
      response: one('Text'),
      duration: one('Duration'),
      extensions: one('Extensions'),
    },
  },
  Score: {
    section: 'score',
    properties: {
      scaled: one('Scaled'),
      raw: one('Decimal'),
      min: one('Decimal'),
      max: one('Decimal'),
    },
  },
  Context: {
    section: 'context',
    properties: {
      registration: one('UUID'),
      instructor: one('Actor'),
      team: one('Group'),
      contextActivities: one('ContextActivities', 'contextActivities'),
      contextAgents: since2(many('ContextAgent', 'list')),
      contextGroups: since2(many('ContextGroup', 'list')),
      revision: one('Text'),
      platform: one('Text'),
      language: one('LanguageTag'),
      statement: one('StatementRef'),
      extensions: one('Extensions'),
    },
  },
  ContextActivities: {
    section: 'contextActivities',
    properties: {
      parent: many('Activity', 'loose'),
      grouping: many('Activity', 'loose'),
      category: many('Activity', 'loose'),
      other: many('Activity', 'loose'),
    },
  },
  ContextAgent: {
    section: 'context',
    properties: {
      objectType: neededType('contextAgent'),
      agent: needed('Agent'),
      relevantTypes: many('IRI', 'some'),
    },
  },
  ContextGroup: {
    section: 'context',
    properties: {
      objectType: neededType('contextGroup'),
      group: needed('Group'),
      relevantTypes: many('IRI', 'some'),
    },
  },
  Attachment: {
    section: 'attachments',
    properties: {
      usageType: needed('IRI'),
      display: needed('LanguageMap'),
      description: one('LanguageMap'),
      contentType: needed('MediaType'),
      length: needed('Length'),
      sha2: needed('SHA2'),
      fileUrl: one('IRL'),
    },
  },
}

/** Objects that `objectType` tells apart (2.4.2, 2.4.4). */
export const choices: Readonly<Record<ChoiceName, Choice>> = {
  Actor: { section: 'actor', usual: 'Agent', types: { Agent: 'Agent', Group: 'Group' } },
  Authority: {
    section: 'authority',
    usual: 'Agent',
    types: { Agent: 'Agent', Group: 'OAuthGroup' },
  },
  Object: {
    section: 'object',
    usual: 'Activity',
    types: {
      Activity: 'Activity',
      Agent: 'Agent',
      Group: 'Group',
      StatementRef: 'StatementRef',
      SubStatement: 'SubStatement',
    },
  },
  SubObject: {
    section: 'statementObject',
    usual: 'Activity',
    types: {
      Activity: 'Activity',
      Agent: 'Agent',
      Group: 'Group',
      StatementRef: 'StatementRef',
    },
  },
}
