// skale 1.2.2.   NODE_PATH=.../node_modules SKALE_WORKERS=2 node bench.cjs {workload} {data}.   skale cannot split one file: it gets the two halves (a2/*.txt)
'use strict';
const [w, data] = process.argv.slice(2), sc = require('skale').context(), tasks = +(process.env.TASKS || 2000);
const byKey = a => a.sort((x, y) => x[0] < y[0] ? -1 : 1);
const top10 = (acc, kv) => { acc.n++; acc.top.push(kv); acc.top.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)); if (acc.top.length > 10) acc.top.pop(); return acc; };
const top10c = (a, b) => { a.n += b.n; a.top = a.top.concat(b.top).sort((x, y) => y[1] - x[1] || (x[0] < y[0] ? -1 : 1)).slice(0, 10); return a; };
const array = w === 'W2' ? Array.from({ length: 1e6 }, (_, i) => i) : null;
const hash = i => { let x = Math.imul(i, 2654435761); x ^= x >>> 15; x = Math.imul(x, 0x2c1b3c6d); x ^= x >>> 12; x = Math.imul(x, 0x297a2d39); return (x ^ x >>> 15) >>> 0; };
const wc = f => sc.textFile(f).flatMap(l => l.split(' ')).map(x => [x, 1]).reduceByKey((a, b) => a + b, 0).aggregate(top10, top10c, { n: 0, top: [] }).then(r => `${r.n}|${r.top.map(e => e.join(':')).join(',')}`);
const work = {
  W1A: () => wc(data + '/a2/*.txt'), W1B: () => wc(data + '/b2/*.txt'),
  W2: () => sc.parallelize(array, 8).map(x => x * 2).reduce((a, b) => a + b, 0),
  W3: () => sc.parallelize([1, 2], 2).count(),
  W4: () => sc.parallelize(Array.from({ length: tasks }, (_, i) => i), tasks).count(),
  W5: () => sc.range(0, 1e7, 1, 8).map(i => ['k' + (Math.imul(i, 2654435761) >>> 0) % 1000000, 1]).reduceByKey((a, b) => a + b, 0)
    .aggregate((a, kv) => { a.n++; if (kv[1] > a.m) a.m = kv[1]; a.s += kv[1] * kv[0].length; return a; }, (a, b) => ({ n: a.n + b.n, m: Math.max(a.m, b.m), s: a.s + b.s }), { n: 0, m: 0, s: 0 }).then(r => `${r.n}|${r.m}|${r.s}`),
  W6S: () => sc.range(0, 5e6, 1, 8).map((i, a) => 's' + eval(a.hash)(i), { hash: hash.toString() }).sortBy(x => x).collect().then(a => `${a[0]}|${a[999]}|${a[a.length - 1]}|${a.length}`), // skale drops closures: the helper travels as text
  W7: () => { const g = (i, a) => { let x = Math.imul(i + a.o, 2654435761); x ^= x >>> 15; x = Math.imul(x, 0x2c1b3c6d); x ^= x >>> 12; x = Math.imul(x, 0x297a2d39); return [((x ^ x >>> 15) >>> 0) % 1000000, i]; }; return sc.range(0, 2e6, 1, 8).map(g, { o: 0 }).join(sc.range(0, 2e6, 1, 8).map(g, { o: 7000000 })).count(); },
  W8: () => sc.range(0, 8, 1, 8).map(p => { let s = p + 1, hits = 0; for (let i = 0; i < 6250000; i++) { s = Math.imul(s, 1103515245) + 12345 & 0x7fffffff; const x = s / 2147483648; s = Math.imul(s, 1103515245) + 12345 & 0x7fffffff; const y = s / 2147483648; if (x * x + y * y < 1) hits++; } return hits; }).reduce((a, b) => a + b, 0),
  W12: () => sc.textFile(data + '/t2jsonl/*.jsonl').map(l => JSON.parse(l)).filter(o => o.active && o.score > 50).map(o => [o.city, 1]).reduceByKey((a, b) => a + b, 0).collect().then(a => byKey(a).map(e => e.join(':')).join(',')),
};
(async () => {
  if (!work[w]) { console.log(JSON.stringify({ error: 'not written' })); process.exit(3); }
  const runs = +(process.env.BENCH_RUNS || 4), budget = +(process.env.BENCH_BUDGET_S || 60), n = w === 'W3' && runs > 1 ? 220 : runs, t0 = performance.now(), times = []; let answer;
  while (times.length < n && (times.length < 2 || performance.now() - t0 < budget * 1000)) { const t = performance.now(); answer = await work[w](); times.push((performance.now() - t) / 1000); }
  const s = times.slice(w === 'W3' ? 20 : 1).sort((a, b) => a - b);
  console.log(JSON.stringify({ version: require('skale/package.json').version, first_s: times[0], warm_s: s.length ? s[s.length >> 1] : null, p99_s: s.length ? s[Math.min(s.length - 1, Math.floor(s.length * .99))] : null, n: s.length, rest_s: times.slice(1).reduce((a, b) => a + b, 0), answer: String(answer) }));
  sc.end();
})();
