/*
 * Amy writes in a document of Google Docs, as the extension for it reports: saves, with the seconds after she
 * began. What comes of each was worked out by hand.
 */
export const DOCUMENT = '1cTe0lHt5D3vQ'

/** A save has bundles, one for each time that Google Docs packed its commands. */
export function saved(bundles: object[][]) {
  const packed = bundles.map((commands, reqId) => ({ commands, sid: '4be1c0', reqId }))
  const url = `https://docs.google.com/document/d/${DOCUMENT}/save`
  return { doc_id: DOCUMENT, tab_id: 't.0', url, bundles: packed }
}

function save(seconds: number, bundles: object[][], more: object) {
  return { seconds, client: { ...saved(bundles), ...more } }
}

export const style = { ty: 'as', st: 'text', si: 1, ei: 4, sm: { ts_bd: true, ts_bd_i: false } }
const paragraph = { ty: 'as', st: 'paragraph', si: 20, ei: 20, sm: { ps_al: 0 } }
// 60 units: pasted, for nobody types that in two seconds.
const QUOTE = 'The sea is everything. It covers seven tenths of the globe. '

export const writingSession: { seconds: number; client: object }[] = [
  // 0 s: "My summer" is typed into a new document: 9 units, text 9. A first save takes no known time.
  save(0, [[{ ty: 'is', ibi: 1, s: 'My su' }], [{ ty: 'is', ibi: 6, s: 'mmer' }]], { rev: 1 }),
  // 2 s: " was hot" is typed: 8 units in 2 s, text 17; "My s" is made bold, which changes nothing.
  save(2, [[{ ty: 'is', ibi: 10, s: ' was hot' }, style]], { rev: 3 }),
  // 4 s: "hot" (15 to 17) is deleted: 3 units, text 14; "great" is typed: 5 units in 2 s, text 19.
  save(
    4,
    [
      [
        { ty: 'ds', si: 15, ei: 17 },
        { ty: 'is', ibi: 15, s: 'great' },
      ],
    ],
    { rev: 4 },
  ),
  // 7 s: Enter, which is typing of 1 unit in 3 s, with its paragraph in one command: text 20.
  save(7, [[{ ty: 'mlti', mts: [{ ty: 'is', ibi: 20, s: '\n' }, paragraph] }]], { rev: 6 }),
  // 67 s, after a pause of a minute, which is none of typing: a quote of 60 units is pasted, text 80.
  save(67, [[{ ty: 'is', ibi: 21, s: QUOTE }]], { rev: 7 }),
  // 70 s: the quote's first sentence (21 to 43: 23 units) is deleted in those 3 s, text 57.
  save(70, [[{ ty: 'ds', si: 21, ei: 43 }]], { rev: 8 }),
  // 75 s: a friend's suggestion of 4 units comes into the text (61), one deletion is marked only, and an
  // emoji of 2 units is typed at the end in those 5 s (63).
  save(
    75,
    [
      [
        { ty: 'iss', ibi: 10, s: ' hot', sugid: 's.1' },
        { ty: 'msfd', si: 1, ei: 2 },
      ],
      [{ ty: 'is', ibi: 62, s: '🌞' }],
    ],
    { rev: 9 },
  ),
]
