// How the page of `metrics --format html` looks.
#pragma once

namespace nutricount::report {

inline constexpr const char* kPageStyle = R"(
:root { color-scheme: light dark;
  --back: #f4f5f7; --card: #fff; --text: #1b2330; --faint: #5b6675; --line: #dde2e9;
  --good: #14794a; --warn: #9a5b00; --bad: #b3261e; --good-back: #e2f4ea; --warn-back: #fdf0d9;
  --bad-back: #fbe4e2; --bar: #3568c4; --track: #e6eaf0; }
@media (prefers-color-scheme: dark) { :root {
  --back: #12161d; --card: #1b212b; --text: #e7ebf1; --faint: #9aa6b6; --line: #303947;
  --good: #5fd39a; --warn: #f0b95a; --bad: #ff8a80; --good-back: #143425; --warn-back: #3a2b10;
  --bad-back: #42191a; --bar: #7aa5f5; --track: #2c3543; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline;
  gap: 0 1rem; margin-bottom: .75rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 2rem 0 .75rem; }
small, .faint { color: var(--faint); font-size: .875rem; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9em; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.verdict { border-radius: .75rem; padding: 1rem 1.25rem; border-left: .4rem solid; }
.verdict strong { font-size: 1.25rem; }
.verdict ul { margin: .4rem 0 0; padding-left: 1.2rem; color: var(--text); }
.verdict.good { background: var(--good-back); } .verdict.warn { background: var(--warn-back); }
.verdict.bad { background: var(--bad-back); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: .75rem;
  grid-auto-flow: dense; margin-top: .75rem; }
.card, .chart, .box { background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
  padding: .8rem 1rem; margin: 0; min-width: 0; overflow-wrap: anywhere; }
.card h3 { font-size: .8rem; font-weight: 600; margin: 0; color: var(--faint);
  letter-spacing: .02em; }
.card b { display: block; font-size: 1.35rem; line-height: 1.3; }
.card small { display: block; line-height: 1.35; }
.card.double { grid-column: span 2; }
.card em { font-style: normal; display: -webkit-box; -webkit-box-orient: vertical;
  -webkit-line-clamp: 2; line-clamp: 2; overflow: hidden; }
.bar { height: .4rem; border-radius: .2rem; background: var(--track); margin: .35rem 0 .3rem;
  overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--bar); }
.bar i.bad { background: var(--bad); }
.timeline { list-style: none; }
.timeline li { position: relative; padding: 0 0 1.1rem 1.75rem; }
.timeline li::before { content: ""; position: absolute; left: .3rem; top: .45rem; width: .8rem;
  height: .8rem; border-radius: 50%; background: currentColor; }
.timeline li::after { content: ""; position: absolute; left: .65rem; top: 1.4rem; bottom: -.3rem;
  width: 2px; background: var(--line); }
.timeline li:last-child { padding-bottom: 0; } .timeline li:last-child::after { display: none; }
.timeline p { margin: 0; overflow-wrap: anywhere; } .timeline p:not(.faint) { color: var(--text); }
.timeline .head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
.timeline .took { position: relative; height: .55rem; margin: .3rem 0 .2rem; max-width: 100%;
  min-width: 3px; border-radius: .2rem; background: var(--bar); overflow: hidden; }
.timeline .took i { position: absolute; right: 0; top: 0; height: 100%; background: var(--bad); }
.key { display: inline-block; width: .7rem; height: .7rem; border-radius: .15rem;
  background: var(--bar); margin: 0 .25rem 0 .6rem; }
.key.down { background: var(--bad); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
  gap: .75rem; }
figcaption { display: flex; justify-content: space-between; margin-bottom: .5rem; }
.plot { display: grid; grid-template-columns: auto 1fr; gap: .25rem .5rem; }
.plot svg { width: 100%; height: 8rem; overflow: visible; }
.values { display: flex; flex-direction: column; justify-content: space-between; text-align: right;
  margin: -.5em 0; }
.values, .times { color: var(--faint); font-size: .8rem; line-height: 1; }
.times { grid-column: 2; display: flex; justify-content: space-between; margin-top: .35rem; }
.plot path { vector-effect: non-scaling-stroke; fill: none; stroke-linecap: round;
  stroke-linejoin: round; }
.grid { stroke: var(--line); } .line { stroke: var(--bar); stroke-width: 2.5; }
.limit { stroke: var(--bad); stroke-dasharray: 5 5; opacity: .7; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
th { font-size: .8rem; color: var(--faint); } tr:last-child td { border-bottom: 0; }
th.number, td.number { text-align: right; padding-right: 1.5rem; }
td { white-space: nowrap; } tr > :last-child { padding-right: 0; }
footer { margin-top: 2rem; color: var(--faint); font-size: .875rem; }
@media (max-width: 32rem) { body { font-size: 15px; } .wide { display: none; }
  .cards { grid-template-columns: 1fr 1fr; } td code { font-size: .8em; }
  th.number, td.number { padding-right: .75rem; } }
)";

}  // namespace nutricount::report
