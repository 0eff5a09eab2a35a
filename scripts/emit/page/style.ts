// How does the page of the fleet look, and what does it do in the browser?

/**
 * Everything in one sheet, for light and dark. The databases are a table from 74rem up; below that each is a card of four columns;
 * below 48rem each row of any table is a card of one column.
 */
export const style = `
:root{color-scheme:light dark;--page:#fff;--text:#1b1f24;--soft:#57606a;--line:#d0d7de;--panel:#f6f8fa;--link:#0550ae;--bad:#b3261e;--warn:#7a4b00;--good:#116329;--bar:#9cc4f2}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--text:#e6edf3;--soft:#9aa5b1;--line:#30363d;--panel:#161b22;--link:#79b8ff;--bad:#ff8a80;--warn:#f2c063;--good:#6fdd8b;--bar:#1f4b7a}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
header,main{max-width:90rem;margin:0 auto;padding:.5rem 1rem}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.2rem;margin:1.5rem 0 .5rem}
p{margin:.25rem 0}a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;background:var(--page);padding:.5rem}
.soft{color:var(--soft);font-weight:400}.bad{color:var(--bad);font-weight:600}.warn{color:var(--warn);font-weight:600}.good{color:var(--good)}
.tiles{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:.75rem;margin:1rem 0;padding:0;list-style:none}
.tiles li{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.75rem}
.tiles b{display:block;font-size:1.3rem;line-height:1.2}
.tools{display:flex;flex-wrap:wrap;gap:.75rem;align-items:end;margin:.75rem 0}
.tools label{display:grid;font-size:.875rem;color:var(--soft)}
input,select,button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--soft);border-radius:.35rem;padding:.35rem .5rem;min-height:2.5rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.925rem}
th,td{border-bottom:1px solid var(--line);padding:.4rem .6rem;text-align:left;vertical-align:top}
thead th{background:var(--panel);vertical-align:bottom}
thead button{background:none;border:0;padding:0;min-height:1.75rem;font-weight:600;cursor:pointer;text-align:left}
thead button::after{content:" \\2195";color:var(--soft)}
th[aria-sort=ascending] button::after{content:" \\2191"}th[aria-sort=descending] button::after{content:" \\2193"}
td.number{font-variant-numeric:tabular-nums}
tbody th{font-weight:600;overflow-wrap:anywhere}
time,[data-age],td ul.soft li,td code,.whole{white-space:nowrap}
td ul{margin:0;padding:0;list-style:none}td li{overflow-wrap:anywhere}
.bar{display:block;height:.4rem;background:var(--bar);border-radius:.2rem;margin-top:.2rem;min-width:3px}
.checks li{margin:.75rem 0;overflow-wrap:anywhere}.checks{padding-left:1.5rem}
code{font-family:ui-monospace,monospace;font-size:.9em}
[hidden]{display:none!important}
@media (min-width:40rem){.tiles{grid-template-columns:repeat(4,minmax(0,1fr))}}
@media (min-width:74rem){
.tiles{grid-template-columns:repeat(8,minmax(0,1fr))}
#databases table{table-layout:fixed;font-size:.85rem}
#databases th,#databases td{padding:.4rem .5rem}
#databases td{overflow-wrap:anywhere}
#databases td ul.soft li,#databases td .whole{white-space:normal}
#databases thead th{width:8.6em}
#databases thead th:nth-child(1){width:11.5em}
#databases thead th:nth-child(2){width:8.2em}
#databases thead th:nth-child(3){width:7.6em}
#databases thead th:nth-child(4){width:9.8em}
#databases thead th:nth-child(5){width:6.6em}
#databases thead th:nth-child(7){width:6.2em}
#databases thead th:nth-child(8){width:6.4em}
#databases thead th:nth-child(9){width:8.3em}
#databases thead th:nth-child(10){width:auto}
}
@media (min-width:85rem){#databases table{font-size:.925rem}}
@media (min-width:48.01rem) and (max-width:73.99rem){
th,td{padding:.4rem .35rem}
#databases table,#databases tbody,#databases tbody th,#databases td{display:block}
#databases thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
#databases tbody tr{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));border:1px solid var(--line);border-radius:.5rem;margin:.75rem 0;padding:.4rem}
#databases tbody th,#databases td{border:0}
#databases tbody th,#databases td:last-child{grid-column:span 2}
#databases td.note{grid-column:1/-1}
#databases td::before{content:attr(data-label);display:block;color:var(--soft);font-size:.875rem}
}
@media (max-width:48rem){
table.cards,table.cards tbody,table.cards tr,table.cards th,table.cards td{display:block}
table.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.cards tr{border:1px solid var(--line);border-radius:.5rem;margin:.75rem 0;padding:.5rem}
table.cards th,table.cards td{border:0;padding:.2rem .4rem}
table.cards td{display:grid;grid-template-columns:8.5rem minmax(0,1fr)}
table.cards td::before{content:attr(data-label);color:var(--soft)}
table.cards td.note{display:block}
.tools label,.tools input,.tools select{width:100%}
}
@media print{.tools,.skip{display:none}}
`.trim()

/** Filter, sort and remaining lifetimes. Reads attributes, writes text and attributes; no markup is made from data. */
export const script = `
(function(){
var body=document.querySelector('#databases tbody'),rows=[].slice.call(body.rows),shown=document.getElementById('shown');
var text=document.getElementById('filter'),env=document.getElementById('environment'),only=document.getElementById('only'),order=document.getElementById('order');
var given=document.documentElement.dataset.date,now=given?new Date(given+'T00:00:00Z'):new Date();
function age(node){
 var days=Math.ceil((new Date(node.dataset.end+'T23:59:59Z')-now)/864e5),note=node.querySelector('[data-age]');
 var state=days<0?'ended':days<365?'soon':'';
 note.textContent=days<0?'(ended)':days<60?'('+days+' days left)':days<730?'('+Math.round(days/30.4)+' months left)':'('+Math.floor(days/365)+' years left)';
 note.className=state==='ended'?'bad':state==='soon'?'warn':'soft';
 var row=node.closest('tr');if(row)row.dataset.life=state;
}
[].forEach.call(document.querySelectorAll('[data-end]'),age);
function filter(){
 var words=text.value.toLowerCase().split(/\\s+/).filter(Boolean),count=0;
 rows.forEach(function(row){
  var d=row.dataset,ok=words.every(function(w){return d.text.indexOf(w)>=0})&&(!env.value||d.env===env.value);
  if(only.value==='errors')ok=ok&&+d.errors>0;
  if(only.value==='problems')ok=ok&&(+d.errors>0||+d.warnings>0);
  if(only.value==='nobackup')ok=ok&&d.backup==='no';
  if(only.value==='life')ok=ok&&!!d.life;
  row.hidden=!ok;if(ok)count++;
 });
 shown.textContent=count===rows.length?rows.length+' databases':count+' of '+rows.length+' databases';
}
[text,env,only].forEach(function(c){c.addEventListener('input',filter)});
var heads=[].slice.call(document.querySelectorAll('#databases thead th'));
function key(row,index){var cell=row.cells[index];return cell&&cell.dataset.sort||''}
function sort(index,down){
 heads.forEach(function(h,i){if(h.querySelector('button'))h.setAttribute('aria-sort',i===index?(down?'descending':'ascending'):'none')});
 rows.sort(function(a,b){
  var x=key(a,index),y=key(b,index),n=x!==''&&y!==''&&!isNaN(x)&&!isNaN(y);
  var c=n?x-y:x<y?-1:x>y?1:0;return(down?-c:c)||(a.dataset.id<b.dataset.id?-1:1);
 });
 rows.forEach(function(row){body.appendChild(row)});
}
heads.forEach(function(head,index){
 var button=head.querySelector('button');
 if(button)button.addEventListener('click',function(){sort(index,head.getAttribute('aria-sort')==='ascending');order.value=''});
});
order.addEventListener('input',function(){var p=order.value.split(' ');if(p[0])sort(+p[0],p[1]==='down')});
document.getElementById('tools').hidden=false;
filter();
})();
`.trim()
