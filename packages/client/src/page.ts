/** The few things of a browser that are used here, so that the same code compiles for a server. */
export interface Browser {
  document?: {
    readonly visibilityState: string
    readonly currentScript?: ScriptTag | null
    querySelector(selector: string): ScriptTag | null
    addEventListener: Listen
    removeEventListener: Listen
  }
  navigator?: {
    readonly onLine?: boolean
    readonly locks?: Locks
    sendBeacon?(url: string, body: string): boolean
  }
  localStorage?: Shelf
  sessionStorage?: Shelf
  indexedDB?: IndexedDB
  addEventListener?: Listen
  removeEventListener?: Listen
}

/** The tag that loads the client. */
export interface ScriptTag {
  readonly src: string
  readonly dataset: Record<string, string | undefined>
}

type Listen = (type: string, listener: (event: { persisted?: boolean }) => void) => void

/** The part of `Storage` that is used. */
export interface Shelf {
  getItem(name: string): string | null
  setItem(name: string, value: string | number): void
  removeItem(name: string): void
}

export interface Locks {
  request(
    name: string,
    options: { ifAvailable: boolean },
    callback: (lock: object | null) => unknown,
  ): Promise<unknown>
}

/** The part of IndexedDB that is used. */
export interface IndexedDB {
  open(name: string, version: number): Asked<Database>
  deleteDatabase(name: string): unknown
  databases?(): Promise<{ name?: string }[]>
}

export interface Asked<Result> {
  result: Result
  error: unknown
  onsuccess: (() => void) | null
  onerror: (() => void) | null
  onupgradeneeded?: (() => void) | null
}

export interface Database {
  createObjectStore(name: string): unknown
  transaction(names: string, mode: 'readonly' | 'readwrite'): Transaction
  close(): void
  onversionchange: (() => void) | null
}

export interface Transaction {
  objectStore(name: string): Records
  commit?(): void
  abort(): void
  error: unknown
  oncomplete: (() => void) | null
  onabort: (() => void) | null
}

export interface Records {
  put(value: string, key: string): unknown
  delete(key: string): unknown
  get(key: string): Asked<string | undefined>
  getAllKeys(): Asked<string[]>
}

export const page = globalThis as unknown as Browser

/** Tells whether this is a page: workers, Node and Bun keep events in memory alone. */
export const isPage = (): boolean => typeof page.document === 'object'

/** Finds a storage of the page. Where a third party's is blocked, looking at it throws. */
export function shelf(name: 'localStorage' | 'sessionStorage'): Shelf | undefined {
  try {
    // Node's own warns whoever touches it.
    return isPage() ? page[name] : undefined
  } catch {
    return undefined
  }
}

/** Runs what a page's storage may refuse. */
export function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

/** Lets a program end that has nothing else to do. */
export function unref(timer: unknown): void {
  ;(timer as { unref?(): void }).unref?.()
}

/** Milliseconds of a clock that nobody sets. */
export const clock = (): number => performance.now()

/** A random UUID, also where a page is not secure and has no `randomUUID`. */
export function uuid(): string {
  const { crypto } = globalThis
  if (crypto?.randomUUID) return crypto.randomUUID()
  // RFC 9562, section 5.4: 4 is the version, and of the 8 two bits are the variant.
  return '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) => {
    const random = crypto ? crypto.getRandomValues(new Uint8Array(1))[0]! : Math.random() * 256
    return (Number(digit) ^ (random & (15 >> (Number(digit) / 4)))).toString(16)
  })
}
