// style.js — how the inspector looks, in its shadow tree. Colours are variables, so that a page may set its own.
export const STYLE = `
:host { display: block; container-type: size; min-height: 320px; height: 100%; contain: content; color-scheme: light dark;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; --mono: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
.root { --bg: #f6f7f9; --panel: #fff; --line: #dfe3ea; --ink: #171a21; --dim: #5b6472; --accent: #1f62d0; --hover: #eef1f6; --warn: #b3261e;
  display: grid; height: 100%; grid: auto auto minmax(0, 1fr) auto auto / minmax(0, 1fr) 330px; gap: 0; position: relative;
  grid-template-areas: "head head" "ledger ledger" "map side" "legend side" "time side";
  background: var(--bg); color: var(--ink); font: 13px/1.45 var(--font); -webkit-font-smoothing: antialiased; }
.root[data-theme=dark] { --bg: #0d1016; --panel: #12151c; --line: #262b36; --ink: #e7eaf0; --dim: #98a1b2; --accent: #7fb0ff; --hover: #1c212c; --warn: #ff8a80; color-scheme: dark; }
.root[data-theme=light] { color-scheme: light; }
header { grid-area: head; display: flex; flex-wrap: wrap; align-items: center; gap: 10px 22px; padding: 10px 16px; background: var(--panel); border-bottom: 1px solid var(--line); }
header h2 { margin: 0; font-size: 14px; font-weight: 650; letter-spacing: .01em; display: flex; align-items: center; gap: 8px; }
header h2 small { font-weight: 400; color: var(--dim); font-size: 12px; }
.changing { grid-area: map; place-self: start end; margin: 8px 14px; z-index: 1; background: var(--panel); color: var(--dim); border: 1px solid var(--line); border-radius: 9px; padding: 0 7px; } [hidden] { display: none !important; }
.dot { width: 8px; height: 8px; border-radius: 50%; background: var(--dim); }
.dot.live { background: #2fbf71; box-shadow: 0 0 0 3px rgb(47 191 113 / 20%); }
.numbers { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0; }
.numbers div { display: flex; flex-direction: column-reverse; }
.numbers dt { color: var(--dim); font-size: 11px; line-height: 1.2; }
.numbers dd { margin: 0; font-size: 15px; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.25; white-space: nowrap; min-width: 4.6em; }
.tools { margin-left: auto; display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
button, input, .file { font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 6px; padding: 3px 10px; min-height: 28px; cursor: pointer; box-sizing: border-box; }
button:hover, .file:hover { background: var(--hover); }
button[disabled] { opacity: .45; cursor: default; }
button[aria-pressed=true]:not(.class) { border-color: var(--accent); color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
input[type=search] { cursor: text; width: 11.5em; font-family: var(--mono); font-size: 12px; }
input[aria-invalid=true] { border-color: var(--warn); }
.group { display: flex; } .group > * { border-radius: 0; margin-left: -1px; min-width: 30px; }
.group > :first-child { border-radius: 6px 0 0 6px; margin-left: 0; } .group > :last-child { border-radius: 0 6px 6px 0; }
.file { display: inline-flex; align-items: center; position: relative; } .file input { position: absolute; inset: 0; opacity: 0; width: 100%; cursor: pointer; }
.file:focus-within { outline: 2px solid var(--accent); outline-offset: 1px; }
.ledger { grid-area: ledger; padding: 10px 16px 8px; background: var(--panel); border-bottom: 1px solid var(--line); }
.stripe { display: flex; height: 14px; border-radius: 4px; overflow: hidden; gap: 1px; } .stripe span { min-width: 2px; flex-basis: 0; }
.key, .legend, .readout { display: flex; flex-wrap: wrap; gap: 2px 16px; color: var(--dim); font-size: 12px; } .key { margin-top: 6px; }
.key b { color: var(--ink); font-weight: 550; font-variant-numeric: tabular-nums; }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; vertical-align: -1px; box-shadow: inset 0 0 0 1px rgb(128 128 128 / 25%); }
.map { grid-area: map; position: relative; overflow: hidden auto; overscroll-behavior: contain; background: var(--panel); cursor: crosshair; }
.map:focus-visible { outline: 0; } .map:focus-visible .sticky::after { content: ""; position: absolute; inset: 0; border: 2px solid var(--accent); pointer-events: none; }
.map .sticky { position: sticky; top: 0; height: 100%; } .map canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
.legend { grid-area: legend; padding: 8px 16px; border-top: 1px solid var(--line); background: var(--panel); align-items: center; }
.ramp { display: inline-flex; align-items: center; gap: 8px; } .ramp i { width: 150px; height: 10px; border-radius: 2px; }
.timeline { grid-area: time; position: relative; height: 132px; border-top: 1px solid var(--line); background: var(--panel); padding-bottom: 26px; box-sizing: border-box; }
.timeline canvas { width: 100%; height: 100%; display: block; } .readout { position: absolute; left: 58px; right: 12px; bottom: 5px; gap: 0 6px; font-variant-numeric: tabular-nums; white-space: nowrap; overflow: hidden; height: 18px; }
.readout .swatch { margin: 4px 0 0 6px; } .readout .mark { width: 2px; height: 10px; margin: 4px 4px 0 14px; background: currentColor; } .readout b { margin-left: auto; color: var(--ink); font-weight: 550; }
aside { grid-area: side; border-left: 1px solid var(--line); background: var(--panel); display: flex; flex-direction: column; min-height: 0; }
[role=tablist] { display: flex; padding: 0 9px; border-bottom: 1px solid var(--line); }
[role=tab] { border: 0; border-bottom: 2px solid transparent; border-radius: 0; padding: 9px 7px 7px; color: var(--dim); }
[role=tab][aria-selected=true] { color: var(--ink); border-bottom-color: var(--accent); font-weight: 550; } [role=tab]:hover { background: none; color: var(--ink); }
[role=tabpanel] { overflow: auto; padding: 14px 16px; flex: 1; min-height: 0; }
h3 { font-size: 13px; margin: 16px 0 8px; font-weight: 650; } section > :first-child { margin-top: 0; }
.facts { display: grid; grid-template-columns: auto 1fr; gap: 3px 14px; margin: 0 0 12px; } .facts dt { color: var(--dim); } .facts dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
code { font: 12px var(--mono); } .hint, .dim { color: var(--dim); } .hint { margin: 8px 0; font-size: 12px; }
.blocks { display: grid; grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); gap: 2px; border-radius: 4px; padding: 2px; }
.blocks i { height: 16px; border-radius: 2px; cursor: pointer; box-sizing: border-box; }
i.live { background: var(--full); } i.free { background: var(--faint); } i.cached { background: repeating-linear-gradient(-45deg, var(--full) 0 2px, var(--faint) 2px 5px); }
.blocks [aria-selected=true] { outline: 2px solid var(--ink); outline-offset: 1px; }
.block-words { margin: 8px 0; } .block-legend { display: flex; gap: 6px; align-items: center; color: var(--dim); font-size: 12px; } .block-legend i { width: 12px; height: 12px; border-radius: 2px; margin-left: 10px; } .block-legend i:first-child { margin-left: 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } th, td { padding: 1px 6px 1px 0; text-align: right; font-weight: 400; white-space: nowrap; } thead th { color: var(--dim); font-size: 11px; padding-bottom: 4px; }
th:first-child { text-align: left; } tbody tr:hover { background: var(--hover); }
table.threads td small { display: block; color: var(--dim); font-size: 11px; line-height: 1.1; padding-bottom: 3px; } table.threads tr > * { vertical-align: top; }
button.class { border: 0; padding: 1px 4px 1px 0; min-height: 0; border-radius: 3px; } button.class[aria-pressed=true] { font-weight: 650; text-decoration: underline; text-underline-offset: 3px; }
.bar { display: inline-block; width: 52px; height: 8px; border-radius: 2px; vertical-align: 0; background: linear-gradient(90deg, var(--ink) calc(var(--share) * 100%), color-mix(in srgb, var(--ink) 22%, transparent) 0); }
.stack { display: grid; grid-template-columns: 74px 1fr; gap: 6px; margin: 3px 0; align-items: baseline; } .stack b { font-weight: 400; } .stack > div { display: flex; flex-wrap: wrap; gap: 3px; align-items: baseline; }
.chip { padding: 0 6px; min-height: 20px; font: 11px/18px var(--mono); border-radius: 4px; } .more { color: #d9822b; } .less { color: var(--accent); }
.tip { position: absolute; pointer-events: none; z-index: 3; max-width: 300px; padding: 4px 9px; border-radius: 6px; background: var(--ink); color: var(--bg); font-size: 12px; opacity: 0; transition: opacity .08s; } .tip.on { opacity: 1; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.empty { grid-area: map; place-self: center; text-align: center; color: var(--dim); max-width: 30em; z-index: 1; } .empty h3 { color: var(--ink); font-size: 15px; } .notice { color: var(--warn); margin: 0; flex-basis: 100%; } .notice:empty { display: none; }
.root.drop::after { content: "Drop a heap snapshot"; position: absolute; inset: 12px; border: 2px dashed var(--accent); border-radius: 10px; display: grid; place-items: center; background: color-mix(in srgb, var(--bg) 80%, transparent); font-size: 18px; z-index: 5; }
@container (max-width: 860px) { .root { grid: auto auto minmax(160px, 1fr) auto auto minmax(0, 40%) / minmax(0, 1fr); grid-template-areas: "head" "ledger" "map" "legend" "time" "side"; } aside { border-left: 0; border-top: 1px solid var(--line); } .timeline { height: 92px; } .legend .optional, .key { display: none; } .tools { margin-left: 0; } }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;
