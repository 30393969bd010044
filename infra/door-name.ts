import type { domain } from './settings'

type Named = NonNullable<typeof domain>

// CloudFront takes certificates of this region only ("Requirements for using SSL/TLS certificates with CloudFront").
const region = 'us-east-1'

/**
 * Makes the certificate of a name at CloudFront, which renews itself by a record in its zone. SST's own component would
 * look after it with code that runs in the deployer's process, for each state of the distribution.
 */
export function certificateOf({ name, zone }: Named) {
  const { arn, domainValidationOptions } = new aws.acm.Certificate('DoorCertificate', {
    region,
    domainName: name,
    validationMethod: 'DNS',
  })
  const proof = domainValidationOptions[0]!
  const record = new aws.route53.Record('DoorProof', {
    zoneId: zone,
    name: proof.resourceRecordName,
    type: proof.resourceRecordType,
    records: [proof.resourceRecordValue],
    ttl: 60,
    allowOverwrite: true, // the same record proves a certificate that was made before
  })
  return new aws.acm.CertificateValidation('DoorValidation', {
    region,
    certificateArn: arn,
    validationRecordFqdns: [record.fqdn],
  }).certificateArn
}

/** Leads a name to the distribution. */
export function leadTo({ name, zone }: Named, distribution: aws.cloudfront.Distribution) {
  for (const type of ['A', 'AAAA'] as const) {
    new aws.route53.Record(`Door${type}`, {
      zoneId: zone,
      ...{ name, type },
      aliases: [
        {
          name: distribution.domainName,
          zoneId: distribution.hostedZoneId,
          evaluateTargetHealth: false,
        },
      ],
    })
  }
}
