// These are the characters of windows-1252 for the bytes 0x80 to 0x9F (Encoding Standard, index
// windows-1252); all others have the number of their byte. Node before 24 decodes these 32 wrongly.
const UPPER = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

/** Decodes windows-1252, in which every byte is a character. */
export function decodeWestern(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  return text.replace(/[\u0080-\u009f]/g, (char) => UPPER[char.charCodeAt(0) - 0x80]!)
}
