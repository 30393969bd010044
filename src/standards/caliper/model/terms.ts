import { actionSynonyms } from './actions'

// Caliper's own namespaces: types (1.0 has `v1/` and `v1/lis/`), actions, and roles of LIS.
const NAMESPACE =
  /^https?:\/\/purl\.imsglobal\.org\/(?:caliper\/(?:v1p?\d*\/)?(?:lis\/)?|vocab\/(?:caliper|lis)\/(?:v\d\/)?(?:action#|membership[#/]|status#|person#)?)(?=.)/

/** The term that a full IRI of Caliper stands for; anything else is returned as it is. */
export function term(value: string): string {
  if (value.charCodeAt(0) !== 104) return value // no `h`, no `http`
  return value.replace(NAMESPACE, '')
}

/** One spelling for each action. */
export function actionTerm(action: string): string {
  const name = term(action)
  return actionSynonyms.get(name) ?? name
}
