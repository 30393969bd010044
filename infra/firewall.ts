/** A managed rule group of AWS, and those of its rules that only count, for what senders of events do every day. */
interface Group {
  name: string
  counts: string[]
}

// Bodies are events: essays with HTML in them, searches for passwords, addresses of anything, megabytes at once. What
// is in them is checked by the app, and shown to nobody as it is; a rule that reads them would lose events. Statements
// of xAPI are asked for by JSON and by addresses in the query, and not every sensor says what it is.
// ("Baseline rule groups", AWS WAF's guide, has the rules.)
const groups: Group[] = [
  { name: 'AWSManagedRulesAmazonIpReputationList', counts: [] },
  {
    name: 'AWSManagedRulesCommonRuleSet',
    counts: [
      'NoUserAgent_HEADER',
      'SizeRestrictions_QUERYSTRING',
      'SizeRestrictions_BODY',
      'CrossSiteScripting_BODY',
      'CrossSiteScripting_QUERYARGUMENTS',
      'GenericLFI_BODY',
      'GenericRFI_BODY',
      'GenericRFI_QUERYARGUMENTS',
      'EC2MetaDataSSRF_BODY',
      'EC2MetaDataSSRF_QUERYARGUMENTS',
    ],
  },
  {
    name: 'AWSManagedRulesKnownBadInputsRuleSet',
    counts: [
      'JavaDeserializationRCE_BODY',
      'Log4JRCE_BODY',
      'Log4JRCE_QUERYSTRING',
      'JavaDeserializationRCE_QUERYSTRING',
    ],
  },
]

/** Samples of requests would keep keys and addresses of senders: there are none. */
const visible = (metricName: string) => ({
  cloudwatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
  metricName,
})

/** Makes the firewall, which stands where CloudFront has its settings: in us-east-1, wherever the rest is. */
export function firewall() {
  return new aws.wafv2.WebAcl('DoorFirewall', {
    region: 'us-east-1',
    name: `${$app.name}-${$app.stage}-door`,
    scope: 'CLOUDFRONT',
    defaultAction: { allow: {} },
    rules: groups.map(({ name, counts }, priority) => ({
      ...{ name, priority },
      overrideAction: { none: {} },
      statement: {
        managedRuleGroupStatement: {
          ...{ vendorName: 'AWS', name },
          ruleActionOverrides: counts.map((rule) => ({
            name: rule,
            actionToUse: { count: {} },
          })),
        },
      },
      visibilityConfig: visible(name),
    })),
    visibilityConfig: visible('door'),
  })
}
