/** A walk reads what a tenant stored, by arrival, a page at a time. All times are ISO 8601 UTC. */
export interface Walk {
  tenantId: string
  /** It has what arrived from then on … */
  from: string
  /** … and before then, which was fixed at its start. */
  to: string
  /** Reading has come to what arrived then. */
  at: string
  percent: number
  place: Place
}

/** The place tells where reading goes on. */
export type Place = HotPlace | LakePlace

export interface HotPlace {
  in: 'hot'
  /** The hot store is read for what arrived from then on. */
  from: string
  /** A place of the log, or a cursor; the first page has none. */
  after?: string | undefined
}

export interface LakePlace {
  in: 'lake'
  /** Arrivals from then on are still to be read, … */
  from: string
  /** … and of those that came just then only what has a later id. */
  afterId?: string | undefined
  /** The hot store has what arrived from then on. */
  to: string
  /** One question covers so much time … */
  windowMs: number
  /** … and at most so many events. */
  rows: number
  /** This question is being answered. */
  query?: string | undefined
  /** So many questions in a row failed. */
  failures?: number | undefined
}
