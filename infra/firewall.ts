/** A managed rule group of AWS, and those of its rules that only count, for what senders of events do every day. */
interface Group {
  name: string
  counts: string[]
}

// Bodies are events: essays with HTML in them, searches for passwords, addresses of anything, megabytes at once. What
// is in them is checked by the app, and shown to nobody as it is; a rule that reads them would lose events. Statements
// of xAPI are asked for by JSON and by addresses in the query, which may end in .log, and events by ids in the path, which are
// addresses of up to 2,048 characters. Not every sensor says what it is.
// ("Baseline rule groups", AWS WAF's guide, has the rules.)
const groups: Group[] = [
  { name: 'AWSManagedRulesAmazonIpReputationList', counts: [] },
  {
    name: 'AWSManagedRulesCommonRuleSet',
    counts: [
      'NoUserAgent_HEADER',
      ...['SizeRestrictions_BODY', 'SizeRestrictions_URIPATH', 'SizeRestrictions_QUERYSTRING'],
      ...['CrossSiteScripting_BODY', 'CrossSiteScripting_QUERYARGUMENTS'],
      ...['GenericLFI_BODY', 'GenericLFI_QUERYARGUMENTS'],
      ...['GenericRFI_BODY', 'GenericRFI_QUERYARGUMENTS', 'GenericRFI_URIPATH'],
      ...['RestrictedExtensions_QUERYARGUMENTS', 'RestrictedExtensions_URIPATH'],
      ...['EC2MetaDataSSRF_BODY', 'EC2MetaDataSSRF_QUERYARGUMENTS'],
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
