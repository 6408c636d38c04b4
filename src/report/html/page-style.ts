import { darkColours, lightColours } from './technique-style.ts';

const variables = (colours: readonly string[]): string =>
  colours.map((colour, i) => `--t${i}:${colour}`).join(';');

const light = `--page:#fff;--ink:#1b2027;--soft:#59626f;--line:#d9dee5;--panel:#f6f7f9;--accent:#0b5fc0;--flag:#8a4b00;--flag-page:#fdf3e1;--claim:#0a6b4a;--mark:#ffe9a8;--shade:#0003;${variables(lightColours)}`;
const dark = `--page:#12161c;--ink:#e5e9ef;--soft:#a4afbd;--line:#323a46;--panel:#1a2029;--accent:#7db5ff;--flag:#ffcf8a;--flag-page:#3a2c12;--claim:#63d6a6;--mark:#5b4a12;--shade:#000a;${variables(darkColours)}`;

/** The style sheet of the report: tables turn into cards on a phone; on wide pages sections and their parts stand in two columns. */
export const pageStyle = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
@media print{:root{color-scheme:light;${light}}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0;overflow-wrap:break-word;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main,header,footer{max-width:1680px;margin:0 auto;padding:0 clamp(.75rem,3vw,3rem)}
header{padding-top:1.5rem}
h1{font-size:clamp(1.5rem,1.1rem + 1.6vw,2.3rem);line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.45rem;line-height:1.25;margin:0 0 .75rem}
h3{font-size:1.05rem;margin:1.25rem 0 .4rem}
p,ul,ol,dl{margin:.4rem 0 .8rem;max-width:76ch}
section{padding:1.6rem 0 1.2rem;border-top:1px solid var(--line)}
#verdict+section{border-top:0}
a{color:var(--accent)}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:.75rem;overflow:auto;max-width:100%}
nav{margin:.9rem 0 1.4rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.35rem .5rem;padding:0;margin:0;max-width:none}
nav a{display:block;padding:.15rem .6rem;border:1px solid var(--line);border-radius:999px;text-decoration:none;font-size:.88rem}
.lead{color:var(--soft);margin:.2rem 0 0}
.note,.spread,.unit,.better{color:var(--soft)}
h3 .note{font-weight:400}
.note{font-size:.9em}
.spread,.better{white-space:nowrap}
#verdict{border:1px solid var(--line);border-radius:10px;background:var(--panel);padding:1.1rem clamp(.8rem,2.4vw,1.8rem) .6rem}
.headline{font-size:clamp(1.1rem,1rem + .6vw,1.4rem);line-height:1.35;font-weight:600;margin:.2rem 0 .9rem;max-width:76ch}
.opening{max-width:84ch;margin:.2rem 0 .9rem}
.opening .headline{display:block;margin:0 0 .35rem}
header .lead{max-width:none}
.decisions{display:grid;gap:.6rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));align-items:start}
.decision{margin:0;border:1px solid var(--line);border-radius:8px;background:var(--page);padding:.55rem .8rem .6rem}
.decision>summary{display:block;width:auto;color:inherit;list-style:none}
.decision>summary::-webkit-details-marker{display:none}
.decision h3{margin:0;font-size:.9rem;font-weight:500;color:var(--soft)}
.decision summary>span{display:block}
.choice{font-weight:700;font-size:1.08rem}
.choice .flag{vertical-align:.1em}
.gist{font-size:.92rem}
.gist .value{display:block;font-weight:600}
.more{color:var(--accent);font-size:.88rem;margin-top:.15rem}
.more::before{content:"▸\\a0"}
[open]>summary>.more::before{content:"▾\\a0"}
.grounds{border-top:1px solid var(--line);margin-top:.45rem;font-size:.94rem}
.grounds p{margin:.45rem 0}
.grounds .caution{border-left:3px solid var(--flag);padding-left:.6rem}
.path{overflow-wrap:anywhere}
.answers{display:grid;gap:0 2.2rem;margin-top:.5rem}
.answers h3{margin:.5rem 0 .2rem}
.answers p{margin:.2rem 0 .5rem}
.answers details{margin:0}
.answers summary h3{display:inline-block;margin:.3rem 0}
@media (min-width:900px){.answers{grid-template-columns:repeat(var(--few),1fr)}}
@supports selector(::details-content){@media (min-width:900px){
.opens::details-content{content-visibility:visible;display:block}
.opens>summary{display:block;color:inherit;pointer-events:none}
.opens>summary::-webkit-details-marker{display:none}
.opens>summary h3{margin:.5rem 0 .2rem}
}}
.scope{font-size:.92rem;padding-left:1.1rem;max-width:110ch}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.93rem}
.scroll td:first-child{white-space:nowrap}
th,td{padding:.32rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
.beside th,.beside td{padding:.32rem .4rem}
.beside td .spread{display:block}
thead th{font-weight:600;color:var(--soft);vertical-align:bottom;border-bottom:2px solid var(--line)}
tbody th{font-weight:500}
.scroll{overflow-x:auto;max-width:100%;margin:.4rem 0 1rem}
.scroll{background:linear-gradient(90deg,var(--page) 30%,transparent) 0 0/3rem 100% no-repeat local,linear-gradient(270deg,var(--page) 30%,transparent) 100% 0/3rem 100% no-repeat local,linear-gradient(90deg,var(--shade),transparent) 0 0/.7rem 100% no-repeat,linear-gradient(270deg,var(--shade),transparent) 100% 0/.7rem 100% no-repeat}
.scroll:focus-visible{outline:2px solid var(--accent)}
.missing{color:var(--soft)}
.technique{display:inline-flex;gap:.4rem;align-items:flex-start}
.technique>span{overflow-wrap:break-word;min-width:0}
.short>span{white-space:nowrap}
svg.mark{flex:none;width:16px;height:16px;margin-top:.26em}
.key{font-size:1.02rem;margin:.6rem 0}
.key th,.key td{padding:.45rem 1rem .45rem .6rem}
.key .mean{font-weight:500}
.key .best,b.best{font-weight:700;box-shadow:inset 0 0 0 2px var(--ink);border-radius:6px}
.key .best .mean{font-weight:700}
b.best{padding:0 .35rem}
.flag{display:inline-block;background:var(--flag-page);color:var(--flag);border-radius:4px;padding:0 .35rem;font-size:.82rem;font-weight:500;white-space:nowrap}
.tables{display:flex;flex-wrap:wrap;gap:0 3rem}
.tables>*{min-width:0}
.marks{list-style:none;padding:0;font-size:.88rem;color:var(--soft);max-width:100ch}
.marks li{margin:.25rem 0}
.marks b{color:var(--ink)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.3rem;padding:0;margin:.4rem 0 .6rem;max-width:none}
.legend li{display:inline-flex;gap:.35rem;align-items:flex-start}
svg.dash{width:28px;height:8px;margin-top:.55em;flex:none}
.panels{display:flex;flex-wrap:wrap;gap:1rem 1.6rem}
.panels>*{flex:1 1 320px;min-width:0}
figure{margin:0}
.chart{max-width:460px}
.chart.large{max-width:640px}
.wide{display:none}
@media (min-width:900px){.wide{display:block}.narrow{display:none}}
.chart figcaption{font-weight:600}
.chart svg.plot{display:block;width:100%;height:auto;overflow:visible}
.axis-y{font-size:.82rem;line-height:1.3;margin:.1rem 0 .1rem}
.axis-x{font-size:.82rem;line-height:1.3;text-align:center;padding-left:46px}
.beside{display:grid;gap:1rem 2.5rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr));align-items:start}
.blocks{display:grid;gap:1.2rem 1.6rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));align-items:start}
.block{max-width:700px;min-width:0}
.block h3{margin:.4rem 0 .3rem;padding-bottom:.2rem;border-bottom:1px solid var(--line)}
.strip{margin:0 0 .8rem}
.strip figcaption{font-size:.9rem;margin-bottom:.15rem}
.pixels{display:block;width:100%;height:auto;image-rendering:pixelated;background:#606060;max-width:700px}
.staff{display:block;max-width:100%;height:auto;margin:.2rem 0}
.play{font:inherit;line-height:1;padding:.2rem .5rem;cursor:pointer}
.texts{margin:.1rem 0;padding-left:1.7rem;font-size:.92rem}
.texts li{margin:.2rem 0;break-inside:avoid;white-space:pre-wrap;overflow-wrap:anywhere}
.brief{columns:8.5rem auto;column-gap:.6rem;padding:0}
.brief li{margin:0 0 .25rem 2.1rem}
mark{background:var(--mark);color:inherit}
details{margin:.5rem 0}
summary{cursor:pointer;color:var(--accent);width:fit-content}
.folded{padding:.3rem 0 .3rem .2rem}
.grounds details{font-size:.88rem}
.steps{padding-left:1.3rem;font-size:.95rem}
.steps li{margin:.35rem 0}
dl{margin:.4rem 0}
dt{font-weight:600;margin-top:.5rem}
dd{margin:0 0 0 1.4rem}
.forest td,.forest th{vertical-align:middle}
.forest .first td,.forest .first th{border-top:2px solid var(--line)}
.forest .picture{padding:.1rem .4rem;width:316px}
svg.bar{display:block;width:300px;max-width:100%;height:auto;overflow:visible}
.claim-better{color:var(--claim)}
.claim-worse{color:var(--flag)}
.metrics th[scope=row]{min-width:19rem}
.forest td[data-label]{white-space:nowrap}
.forest td[data-label=claim]{white-space:normal;min-width:9.5rem}
.no-claim{color:var(--soft)}
tr:target,tr:target th{background:var(--flag-page)}
.ranked .first th,.ranked .first td{border-top:2px solid var(--line)}
.ranked .first th{font-weight:700}
.ranked .other{color:var(--soft)}
.ranked th,.ranked tbody td{white-space:nowrap}
.ranked td .spread,.ranked .flag{display:block;width:fit-content}
.ranked thead th{white-space:normal}
.references{font-size:.92rem}
.prose p{max-width:80ch}
footer{border-top:1px solid var(--line);padding-top:1rem;padding-bottom:2rem;color:var(--soft);font-size:.88rem}
@media (min-width:900px){
.early{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 2.4rem;align-items:start}
}
@media (min-width:1900px){
html{font-size:17px}
main,header,footer{max-width:2360px}
main{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,1fr) minmax(0,6fr);column-gap:2.4rem}
main>*{grid-column:1/-1}
main:has(#budgets)>#results{grid-column:1;grid-row:2}
#results~#budgets{grid-column:2/-1;grid-row:2;border-top:0}
main:has(#forgetting)>#unseen{grid-column:3}
main:has(#unseen)>#forgetting{grid-column:1/3}
#forgetting .beside{grid-template-columns:minmax(0,26rem) minmax(0,1fr)}
.chart.large{max-width:760px}
.answers{grid-template-columns:repeat(var(--many),1fr)}
.twice{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 3.2rem;align-items:start}
.pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 3.2rem;align-items:start}
.pair .panels>*{flex-basis:280px}
.aside{display:grid;grid-template-columns:minmax(0,32rem) minmax(0,1fr);gap:0 3.2rem;align-items:start}
.aside.behind{grid-template-columns:minmax(0,1fr) minmax(0,41rem)}
.prose{columns:2;column-gap:3.2rem}
.prose p{break-inside:avoid;margin-top:0;max-width:none}
.references{columns:2;column-gap:3.2rem;max-width:none}
.references li{break-inside:avoid}
}
@media (max-width:640px){
body{font-size:15px}
.tables{display:block}
.metrics th[scope=row]{min-width:9.5rem}
.cards tbody th{font-weight:600}
.scroll th,.scroll td{padding:.3rem .5rem}
.scroll table:not(.cards,.key,.ranked) td:not(:first-child,.note){min-width:7.5rem}
.key,.key tbody,.key thead{display:block}
.key tr{display:grid;grid-template-columns:repeat(var(--columns),minmax(0,1fr));border-bottom:1px solid var(--line)}
.key th,.key td{display:block;border:0;padding:.25rem .35rem}
.key thead th:first-child{display:none}
.key tbody th{grid-column:1/-1;padding-top:.5rem}
.key .spread,.key .flag{display:block;width:fit-content;white-space:normal}
.cards,.cards tbody{display:block}
.cards thead{display:block}
.cards thead tr{display:block}
.cards thead th{display:none}
.cards thead th.picture{display:block;border:0}
.cards tr{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));padding:.5rem 0;border-bottom:1px solid var(--line)}
.cards tbody td,.cards tbody th{display:block;border:0!important;padding:.1rem .2rem}
.cards tbody th,.cards tbody .picture,.cards tbody td[data-label=difference],.cards .whole,.cards .missing{grid-column:1/-1}
.cards td[data-label],.cards td:first-child{white-space:normal;min-width:0!important}
.forest .picture{width:auto}
.cards td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}
}
@page{margin:13mm}
@media print{
body{font-size:10.5pt}
main,header,footer{max-width:none;padding:0}
nav,.no-print{display:none}
section{break-before:auto;padding:.8rem 0}
h2,h3,figcaption,.legend{break-after:avoid}
figure,tr,article{break-inside:avoid}
h2+p,h3+p{break-after:avoid}
details:not([open],.printed){display:none}
.printed::details-content{content-visibility:visible;display:block}
.decision summary>.more{display:none}
.decisions{grid-template-columns:1fr}
.opens>summary{color:inherit}
.scroll{overflow:visible}
.panels>*{flex:0 1 31%}
.blocks{grid-template-columns:repeat(3,1fr)}
.beside{grid-template-columns:1fr 1fr}
.beside .panels>*{flex:1 1 100%}
a{color:inherit;text-decoration:none}
table{font-size:8.5pt}
}
`;
