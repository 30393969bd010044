// Three columns of 4 bytes of five million events; a page of a query looks at two or three. The engine counts
// mapped bytes as its own: with all columns of five million events, 330 MB, it let its heap grow to a gigabyte.
const MAX_BYTES = 64 * 1024 * 1024

/** A column that is mapped when somebody asks for it. */
export interface MappedColumn<View extends ArrayBufferView> {
  get(): View
  /** Lets it go: it is mapped anew when asked for again. Whoever has it keeps it. */
  forget(): void
}

/** Columns of sealed indexes that are mapped: those that were asked for, up to so many bytes. */
export interface MappedColumns {
  column<View extends ArrayBufferView>(map: () => View): MappedColumn<View>
}

interface Held {
  bytes: number
  /** It was asked for since it was looked at last. */
  wasAsked: boolean
  drop(): void
}

export function createMappedColumns({ maxBytes = MAX_BYTES } = {}): MappedColumns {
  const held = new Set<Held>()
  let size = 0

  function remove(one: Held) {
    if (!held.delete(one)) return
    size -= one.bytes
    one.drop()
  }

  /** Lets go what was not asked for since the last time, oldest first; of what was, the oldest. */
  function makeRoom(latest: Held) {
    for (const one of held) {
      if (size <= maxBytes) return
      if (one === latest) continue
      if (one.wasAsked) {
        one.wasAsked = false
        held.delete(one)
        held.add(one)
      } else remove(one)
    }
  }

  return {
    column(map) {
      type View = ReturnType<typeof map>
      let view: View | undefined
      let own: Held | undefined

      function mapped(): View {
        const made = map()
        view = made
        const drop = () => {
          view = undefined
        }
        own = { bytes: made.byteLength, wasAsked: true, drop }
        held.add(own)
        size += own.bytes
        makeRoom(own)
        return made
      }
      return {
        get() {
          // A loop over events asks for each.
          if (view === undefined) return mapped()
          own!.wasAsked = true
          return view
        },
        forget: () => own && remove(own),
      }
    },
  }
}
