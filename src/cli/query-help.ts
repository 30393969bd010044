/** Writes what stands below the options. @param about which SQL the lake takes */
export function helpAfter(about: string): string {
  return `${about}

Days are whole: --to 2026-11-30 has the 30th, and a time is where the range ends. --by arrival goes by
received_at, and by whole days of UTC reads no other folders; --by event goes by occurred_at, which is
event_time, or received_at where that is earlier. Which of them was used is said on stderr; when
nothing was found, so is where the data lies. --timezone decides the days of the range and those of
named queries, and in SQL of your own what CAST(occurred_at AS date) is.

In SQL of your own, the view \`events\` has only what --from, --to, --course, --person and --source
leave. A named query takes a filter by its sense: the grades of a person are sent by others.

--output replaces a file, whole or not at all. --chart draws numbers over the first column of times or texts.

Examples:
  nonius query --named time-on-task --from 2026-11-01 --to 2026-11-30 --timezone Europe/Berlin
  nonius query --named assessment-scores --course https://lms.example/courses/1 --output scores.csv
  nonius query --by event --from 2026-11-01 "SELECT count(*) FROM events"
  nonius query --file report.sql --output report.parquet
  nonius query --named daily-active-people --chart
  nonius query --named course-funnel --output funnel.svg
  echo "SELECT type, count(*) FROM events GROUP BY 1" | nonius query - --format ndjson`
}
