// Bodies of former versions are zstd frames, one after the other, each of so many lines; the last has what is left. To
// read one event is to unpack its frame. Those of now, and of the first versions, are one frame.
const FORMER_FRAME_LINES = [32, 64]

/** A frame is a part of a body. */
export interface Frame {
  /** The frame begins with this line of the segment, and has so many. */
  first: number
  count: number
  packed: Uint8Array
  /** It has so many bytes unpacked, as far as it says so itself. */
  unpacked: number | undefined
}

/**
 * Finds the frame that holds a line. A body that does not consist of such frames is given as it is.
 * @param count how many lines the body has
 */
export function frameAt(body: Uint8Array, count: number, line: number): Frame {
  const frames = framesOf(body)
  if (frames?.length === 1) return { ...frames[0]!, first: 0, count }
  // Both have as many frames only where both have one.
  const lines = FORMER_FRAME_LINES.find((lines) => frames?.length === Math.ceil(count / lines))
  if (frames === undefined || lines === undefined) {
    return { first: 0, count, packed: body, unpacked: undefined }
  }
  const at = Math.floor(line / lines)
  const first = at * lines
  return { ...frames[at]!, first, count: Math.min(count - first, lines) }
}

type Packed = Pick<Frame, 'packed' | 'unpacked'>

function framesOf(body: Uint8Array): Packed[] | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const frames: Packed[] = []
  for (let from = 0; from < body.length; ) {
    const frame = measured(view, from)
    if (frame === undefined || frame.end > body.length) return undefined
    frames.push({ packed: body.subarray(from, frame.end), unpacked: frame.unpacked })
    from = frame.end
  }
  return frames
}

// RFC 8878, section 3.1.1: a frame is a header, blocks, and perhaps a checksum.
const MAGIC = 0xfd2fb528
const MAGIC_BYTES = 4
const CHECKSUM_BYTES = 4
const BLOCK_HEADER_BYTES = 3
const REPEATED = 1 // a block of one byte that is repeated
const DICTIONARY_BYTES = [0, 1, 2, 4]
const SIZE_BYTES = [0, 2, 4, 8]

/** Goes from block to block to the end of a frame. @returns undefined when there is no frame */
function measured(view: DataView, from: number) {
  const has = (at: number, bytes: number) => at + bytes <= view.byteLength
  if (!has(from, MAGIC_BYTES + 1) || view.getUint32(from, true) !== MAGIC) return undefined
  const flags = view.getUint8(from + MAGIC_BYTES)
  const isSingle = (flags & 0x20) !== 0
  const sizeBytes = flags >> 6 === 0 && isSingle ? 1 : SIZE_BYTES[flags >> 6]!
  const sizeAt = from + MAGIC_BYTES + 1 + (isSingle ? 0 : 1) + DICTIONARY_BYTES[flags & 3]!
  if (!has(sizeAt, sizeBytes)) return undefined
  const unpacked = sizeIn(view, sizeAt, sizeBytes)
  for (let at = sizeAt + sizeBytes; has(at, BLOCK_HEADER_BYTES); ) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
    const isLast = (header & 1) !== 0
    at += BLOCK_HEADER_BYTES + (((header >> 1) & 3) === REPEATED ? 1 : header >> 3)
    if (isLast) return { end: at + ((flags & 4) === 0 ? 0 : CHECKSUM_BYTES), unpacked }
  }
  return undefined
}

function sizeIn(view: DataView, at: number, bytes: number): number | undefined {
  if (bytes === 1) return view.getUint8(at)
  // RFC 8878, section 3.1.1.1.4: two bytes say 256 less.
  if (bytes === 2) return view.getUint16(at, true) + 256
  if (bytes === 4) return view.getUint32(at, true)
  return bytes === 8 ? Number(view.getBigUint64(at, true)) : undefined
}
