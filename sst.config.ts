/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app({ stage }) {
    const isProduction = stage === 'production'
    const { AWS_REGION: region } = process.env
    // Where data of people lies is not to be decided by a variable that somebody forgot.
    if (isProduction && !region) {
      throw new Error(
        'AWS_REGION must name the region in which stage production is, with all of its data: for instance, export AWS_REGION=eu-central-1.',
      )
    }
    return {
      name: 'nonius',
      home: 'aws',
      removal: isProduction ? 'retain' : 'remove',
      protect: isProduction,
      providers: { aws: { region: (region || 'us-east-1') as aws.Region } },
    }
  },
  async run() {
    const { url } = await import('./infra/address')
    const { doorUrl } = await import('./infra/door')
    const { connections } = await import('./infra/connections')
    const { clients } = await import('./infra/auth')
    await import('./infra/changes')
    await import('./infra/deliver')
    await import('./infra/drain')
    await import('./infra/follow')
    await import('./infra/realtime')
    await import('./infra/sweep')
    await import('./infra/settle')
    await import('./infra/erase')
    const { stream } = await import('./infra/stream')
    await import('./infra/dashboard')
    const { heardBy } = await import('./infra/alarms')
    return {
      url,
      websocket: connections.url,
      streams: doorUrl ?? stream.url,
      tokens: $interpolate`${clients.domainUrl}/oauth2/token`,
      alarms: heardBy,
    }
  },
})
