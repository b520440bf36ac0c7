/** The page's own style: light and dark by the reader's setting, black on white in print. No other file is asked for. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--panel:#f6f7f9;--line:#dcdfe4;--ink:#1a1d21;--soft:#565d66;--link:#0b57b0;
--v:#b3261e;--u:#8a5800;--n:#6f42a8;--c:#1d7a43;--a:#7fbf98;--e:#7b8794;--g:#aeb6bf;
--vbg:#fdecea;--ubg:#fff4dc;--nbg:#f4ecfc;--h1:#fdeeec;--h2:#f9d3cf;--h3:#f2aaa3;--h4:#c9382f;--h5:#9c1c15;--hi:#fff}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--panel:#1d2125;--line:#343a41;--ink:#e7eaed;--soft:#a3abb5;--link:#8ab8f5;
--v:#ff8b80;--u:#f0b849;--n:#c9a6ff;--c:#5cc98a;--a:#3b7d57;--e:#8d99a6;--g:#5a636c;
--vbg:#3a1d1b;--ubg:#33290f;--nbg:#2b2140;--h1:#2e1c1b;--h2:#4a2320;--h3:#6e2b26;--h4:#b1433b;--h5:#ff8b80;--hi:#14171a}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0 auto;max-width:76rem;padding:2rem 1.5rem 4rem;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:1.9rem;line-height:1.2;margin:.2rem 0 .5rem;font-weight:650;letter-spacing:-.01em}
h2{font-size:1.25rem;margin:0 0 .6rem;font-weight:650}
h3{font-size:1rem;margin:0 0 .4rem;font-weight:600}
h4{font-size:.82rem;margin:1rem 0 .25rem;color:var(--soft);font-weight:600}
p{margin:.3rem 0 .7rem}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,button:focus-visible,input:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
code,pre,.k,.tree .p{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.86em}
code{overflow-wrap:anywhere}
small{font-size:.82em;color:var(--soft)}
section{margin:2.6rem 0 0;padding-top:1.4rem;border-top:1px solid var(--line)}
.kind{color:var(--soft);margin:0;font-size:.9rem}
.lead{font-size:1.08rem;margin:0 0 1rem;max-width:60rem}
.hint,.note,.of{color:var(--soft)}
.hint{font-size:.92rem;max-width:60rem}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.banner{border:2px solid var(--v);background:var(--vbg);border-radius:8px;padding:.8rem 1.1rem;margin:1rem 0}
.banner h2{color:var(--v);margin:0}
.banner ul{margin:.3rem 0;padding-left:1.2rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;padding:0;margin:1.2rem 0 0;font-size:.92rem}
dl{margin:0}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:.5rem 2rem;font-size:.92rem;margin:.4rem 0 1rem}
.facts div{min-width:0}
dt{color:var(--soft);font-size:.82rem}
dd{margin:0}
.share{font-size:1rem}
.share strong{font-variant-numeric:tabular-nums}
svg{display:block}
.bar{width:100%;height:.7rem;border-radius:3px;background:var(--line)}
.wide{height:1.3rem;margin:.6rem 0 .4rem}
rect.v{fill:var(--v)}rect.u{fill:var(--u)}rect.n{fill:var(--n)}rect.c{fill:var(--c)}rect.a{fill:var(--a)}rect.e{fill:var(--e)}rect.g{fill:var(--g)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;padding:0;margin:0 0 1.1rem;font-size:.85rem;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:.4rem}
.legend svg{width:.75rem;height:.75rem;border-radius:2px}
.tiles{list-style:none;padding:0;margin:0;display:grid;grid-template-columns:repeat(6,1fr);gap:.7rem}
.tile a{display:block;height:100%;padding:.7rem .8rem;border:1px solid var(--line);border-top:4px solid var(--g);border-radius:6px;text-decoration:none;color:inherit;background:var(--panel)}
.tile a:hover{border-color:var(--link)}
.tile span{display:block}
.tile .label{font-size:.85rem;font-weight:600}
.big{font-size:1.55rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.tile .note{font-size:.78rem;line-height:1.35}
.tile .note span{display:inline}
.t-violation a{border-top-color:var(--v)}.t-unknown a{border-top-color:var(--u)}.t-uncovered a{border-top-color:var(--n)}.t-compliant a{border-top-color:var(--c)}.t-exempt a{border-top-color:var(--e)}
.t-violation .big{color:var(--v)}.t-unknown .big{color:var(--u)}.t-uncovered .big{color:var(--n)}.t-compliant .big{color:var(--c)}
.zero .big{color:var(--soft)}
summary{cursor:pointer}
.cause{border:1px solid var(--line);border-left:4px solid var(--v);border-radius:6px;margin:.6rem 0}
.cause.o-unknown{border-left-color:var(--u)}.cause.o-uncovered{border-left-color:var(--n)}
.cause>details>summary{display:grid;grid-template-columns:5.2rem 1fr auto;gap:.3rem .8rem;align-items:baseline;padding:.6rem .9rem;list-style:none}
.cause>details>summary::-webkit-details-marker{display:none}
.cause>details>summary:hover,.tree summary:hover{background:var(--panel)}
.cause .body{padding:0 .9rem .9rem 1rem}
.what strong{display:block;font-weight:600}
.cause summary strong::before{content:"▸";display:inline-block;width:1.1em;color:var(--soft);font-weight:400}
.cause details[open]>summary strong::before{content:"▾"}
.where{font-size:.88rem;color:var(--soft)}.where b{color:var(--ink);font-weight:600}
.gist{display:block;max-width:52rem}details[open] .gist{display:none}
.paper{display:none}
.when{font-size:.85rem;color:var(--soft);text-align:right;font-variant-numeric:tabular-nums}
.sev{display:inline-block;font-size:.76rem;font-weight:650;padding:.05rem .5rem;border-radius:1rem;border:1px solid currentColor;text-align:center}
.s-critical{background:var(--v);border-color:var(--v);color:var(--hi)}.s-high{color:var(--v)}.s-medium{color:var(--u)}.s-low{color:var(--soft)}
.why{background:var(--panel);border-radius:6px;padding:.5rem .8rem;margin:.3rem 0 .6rem}
.why h4{margin:0 0 .1rem}
.why ul,.found,ol{margin:.1rem 0;padding-left:1.2rem}
.why li{font-weight:550}
ol li{margin:.25rem 0;max-width:62rem}
.rows{font-size:.92rem;margin:.8rem 0}
.rows>div{display:grid;grid-template-columns:8rem 1fr;gap:.6rem;padding:.2rem 0;border-top:1px solid var(--line)}
.rows>div:first-child{border-top:0}
.values{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:0 1.4rem}
.of{font-variant-numeric:tabular-nums;font-size:.88em}
.spark{width:100%;max-width:30rem;height:1.6rem;margin:.25rem 0;border-bottom:1px solid var(--line)}
.cmd{margin:.7rem 0 0}.cmd p{margin:0;font-size:.85rem;color:var(--soft)}
pre{margin:.15rem 0;padding:.5rem .7rem;background:var(--panel);border:1px solid var(--line);border-radius:5px;overflow-x:auto;position:relative}
pre code{overflow-wrap:normal}
.copy{float:right;margin-left:.6rem}
button,input{font:inherit;font-size:.85rem;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:5px;padding:.15rem .6rem}
button:hover{border-color:var(--link)}
button[aria-pressed=true]{background:var(--ink);color:var(--bg)}
.scroll{overflow-x:auto;margin:.5rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:var(--soft);font-size:.85rem;padding:.3rem 0;caption-side:top}
th,td{text-align:left;padding:.32rem .7rem .32rem 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}
thead th{color:var(--soft);font-size:.82rem;font-weight:600;vertical-align:bottom}
tfoot th,tfoot td{font-weight:650;border-bottom:0}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th:last-child.n,td:last-child.n{padding-right:.2rem}
.v:not(rect){color:var(--v);font-weight:600}.u:not(rect){color:var(--u);font-weight:600}.x{color:var(--n);font-weight:600}
.none,.zero:not(.tile){color:var(--soft);font-weight:400}
.narrow{width:auto;min-width:22rem}
.samples td:first-child{min-width:18rem}
.samples td:nth-child(2),.lanes td:not(.lane){white-space:nowrap;font-variant-numeric:tabular-nums}
.settings{table-layout:fixed;min-width:44rem}
.settings small{display:block}
.settings code{display:block;margin-bottom:.25rem}
.matrix{width:auto}
.matrix th,.matrix td{border:1px solid var(--line);padding:.35rem .7rem}
.matrix .n{padding-right:.7rem!important;vertical-align:middle}
.matrix caption{white-space:nowrap}
.matrix small{display:block;white-space:nowrap}
.corner{color:var(--soft);font-size:.8rem;white-space:nowrap}
.h1{background:var(--h1)}.h2{background:var(--h2)}.h3{background:var(--h3)}.h4{background:var(--h4);color:#fff}.h5{background:var(--h5);color:var(--hi);font-weight:600}
.tools{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;font-size:.88rem}.tools[hidden]{display:none}
.tools input{width:14rem}
.tree{font-size:.9rem;overflow-x:auto}
.tree ul{list-style:none;margin:0;padding:0}
.tree ul ul{padding-left:1.1rem;margin-left:.4rem;border-left:1px solid var(--line)}
.row{display:flex;align-items:center;gap:.7rem;padding:.2rem .3rem;border-bottom:1px solid var(--line);min-width:44rem}
.row .p{flex:1 1 auto;min-width:9rem;overflow-wrap:anywhere}
.row .b{flex:0 0 8rem}
.row .n{flex:0 0 5.2rem}
.row .n:nth-child(5),.row .n:nth-child(6){flex-basis:4.6rem}
.head{color:var(--soft);font-size:.82rem;font-weight:600;position:sticky;top:0;background:var(--bg)}
.head .p{font-family:inherit;font-size:inherit}
.tree summary{list-style:none}.tree summary::-webkit-details-marker{display:none}
.tree summary .p::before{content:"▸";display:inline-block;width:1.1em;color:var(--soft)}
.tree details[open]>summary .p::before{content:"▾"}
.leaf .p::before,.head .p::before{content:"";display:inline-block;width:1.1em}
.rest .p{color:var(--soft);font-family:inherit}
.chart{margin:1rem 0 .6rem;position:relative}
.chart svg{width:100%;height:9rem;background:var(--panel)}
.chart line{stroke:var(--soft);stroke-width:1}
.chart .most{position:absolute;top:.1rem;left:.4rem;font-size:.8rem;color:var(--soft);font-variant-numeric:tabular-nums}
.ticks{display:flex;justify-content:space-between;font-size:.8rem;color:var(--soft);font-variant-numeric:tabular-nums}
.lane{width:36%;vertical-align:middle}.lane svg{width:100%;height:1.1rem;background:var(--panel)}
.warn{border-left:4px solid var(--v);background:var(--vbg);border-radius:0 6px 6px 0;padding:.5rem .9rem .5rem 2rem;margin:.4rem 0 .8rem}
.state{font-size:.76rem;font-weight:650;color:var(--v);border:1px solid currentColor;border-radius:1rem;padding:0 .45rem;white-space:nowrap}
.kindless{color:var(--soft)}
.reason{border:1px solid var(--line);border-left:4px solid var(--u);border-radius:6px;padding:.6rem .9rem;margin:.6rem 0}
.reason .big{font-size:1.2rem;color:var(--u);margin-right:.3rem}
.terms>div{display:grid;grid-template-columns:8rem 1fr;gap:.6rem;padding:.15rem 0}
.terms dt{font-weight:600;color:var(--ink);font-size:.92rem}
#notes{font-size:.92rem}#notes ul{padding-left:1.2rem}
.more{margin:.6rem 0}.more>summary{color:var(--link)}
@media (max-width:60rem){.tiles{grid-template-columns:repeat(3,1fr)}}
@media (max-width:40rem){body{padding:1rem .9rem 3rem}h1{font-size:1.5rem}.tiles{grid-template-columns:repeat(2,1fr)}.cause>details>summary{grid-template-columns:1fr}.sev{justify-self:start}.when{text-align:left}.rows>div,.terms>div{grid-template-columns:1fr;gap:0}}
@media print{:root{color-scheme:light;--bg:#fff;--panel:#fff;--line:#c9ced4;--ink:#000;--soft:#444;--link:#000;--v:#b3261e;--u:#8a5800;--n:#6f42a8;--c:#1d7a43;--a:#7fbf98;--e:#7b8794;--g:#aeb6bf;--vbg:#fff;--ubg:#fff;--nbg:#fff;--h1:#fff;--h2:#fff;--h3:#fff;--h4:#fff;--h5:#fff;--hi:#000}
body{max-width:none;padding:0;font-size:10pt}
nav,.tools,.copy,.gist{display:none!important}.paper{display:block}
.tree ul ul ul li:not(.bad){display:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
section{margin-top:1.2rem;break-inside:auto}h2,h3,h4,caption{break-after:avoid}
.cause>details>summary,tr,.tile,.row,.reason h3{break-inside:avoid}
.scroll,.tree,pre{overflow:visible}pre{white-space:pre-wrap;overflow-wrap:anywhere}pre code{overflow-wrap:anywhere}
details::details-content{content-visibility:visible!important;display:block!important;block-size:auto!important}
.row{min-width:0}.row .b{flex-basis:4.5rem}.row .n{flex-basis:4rem}.head{position:static}
.tiles{grid-template-columns:repeat(6,1fr);gap:.3rem}.tile a{padding:.3rem}.big{font-size:1.1rem}
.s-critical{color:#b3261e;background:#fff}.matrix td.h4{color:#000}.h3,.h4,.h5{font-weight:650}
.lanes,.samples,.matrix,.census{font-size:.8rem}.samples td:first-child{min-width:0}}
`;
