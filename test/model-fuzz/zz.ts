import './sdk-v2';
import { startAccount, quietly } from './account';
import { stopAtFirstChange } from './first-change';
import { judge } from './judgement';
import { cases } from './fuzz';
import fc from 'fast-check';
const t=performance.now(); const l=(s:string)=>console.error(((performance.now()-t)/1000).toFixed(1),s);
(async()=>{ const a=await startAccount(); l('account');
 const c=stopAtFirstChange();
 const made=fc.sample(cases(a.base,a.words),{seed:1,numRuns:300}); l('made');
 for(const [i,f] of made.entries()){ const s=performance.now(); a.aws.calls.clear();
  const j=await quietly(()=>judge(f,a,c)); const d=performance.now()-s;
  if(d>700||j.problem) l(`${i} ${f.action} ${d.toFixed(0)}ms calls ${a.aws.calls.list({}).length} ${JSON.stringify(j).slice(0,500)} ${f.mutations} ${JSON.stringify(f.model).slice(0,150)}`); }
 l('done');
 await a.close(); l('closed'); })();
