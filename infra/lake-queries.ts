import { namedQueries } from '../src/query/sql'
import { workgroup } from './analysis'
import { database } from './lake'

/** The questions of `nonius query --list`, in the console of Athena; the text is the same. */
for (const { id, title, description, sql } of namedQueries) {
  new aws.athena.NamedQuery(`Query-${id}`, {
    workgroup: workgroup.id,
    database: database.name,
    name: title,
    description,
    query: sql,
  })
}
