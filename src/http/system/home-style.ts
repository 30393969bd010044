/** The style of the page at `/`. Text has a contrast of at least 7 to 1 on either ground. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fbfaf7; --text: #1c1f24; --soft: #4a4f57; --line: #d5d2c8; --accent: #0b4f8a;
  --on-accent: #ffffff; --field: #ffffff; --warn: #8a2b06;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15181c; --text: #e9e7e1; --soft: #b9bcc2; --line: #3a3f46; --accent: #9ccbf5;
    --on-accent: #10151a; --field: #1e2228; --warn: #ffb593;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 1rem/1.6 system-ui, sans-serif;
}
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
.lead { color: var(--soft); margin: 0; }
a { color: var(--accent); }
code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
.ways { padding-left: 1.2rem; margin: 0; }
.ways li { margin: .4rem 0; }
label { display: block; margin-bottom: .3rem; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; }
input, button { font: inherit; padding: .5rem .8rem; border-radius: .35rem; }
input {
  flex: 1 1 16rem; min-width: 0; color: inherit; background: var(--field);
  border: 1px solid var(--soft);
}
button {
  border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent);
  cursor: pointer;
}
#forget { background: transparent; color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.hint { color: var(--soft); font-size: .9rem; margin: .4rem 0 0; }
#said { min-height: 1.6em; }
#said.wrong { color: var(--warn); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); }
thead th { font-size: .9rem; color: var(--soft); font-weight: 600; }
tbody th { font-weight: 600; }
th, tbody td { white-space: nowrap; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
td small { display: block; color: var(--soft); }
`
