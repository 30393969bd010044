/**
 * Makes a decoder that refuses what is not of its charset. Bun's types name three of the Encoding
 * Standard's labels; its decoder knows all of them, as Node's does.
 * @throws {RangeError} for a label that the Encoding Standard does not have
 */
export function strictDecoder(label: string): TextDecoder {
  const Decoder = TextDecoder as unknown as new (
    label: string,
    options: { fatal: boolean },
  ) => TextDecoder
  return new Decoder(label, { fatal: true })
}
