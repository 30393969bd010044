/** Of a server in a crash test: it may call us, and archives at once. */
export const settings = {
  NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1',
  NONIUS_ARCHIVE_FLUSH_SECONDS: '1',
}
