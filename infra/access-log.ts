interface StageArgs {
  accessLogSettings?: $util.Input<aws.types.input.apigatewayv2.StageAccessLogSettings>
}

/**
 * Keeps the address and the browser of whoever calls out of an API's access log: behind a page that
 * sends events they are a learner's. What remains tells how calls went.
 */
export function withoutCallers(stage: StageArgs): undefined {
  stage.accessLogSettings = $util.output(stage.accessLogSettings).apply((settings) => {
    if (settings === undefined) throw new Error('SST has made an API without an access log.')
    const { ip, userAgent, ...kept } = JSON.parse(settings.format)
    return { ...settings, format: JSON.stringify(kept) }
  })
  return undefined
}
