// Clusters of two 1-core workers on the loopback address, and W14 (faults).   env BENCH_PEERS = folder of setup.sh
//   node cluster.mjs fault  spark|dask|ray|skale none|kill|stop|kill-executor     40 tasks x 0.5 s; 'kill' and 'stop' hit a whole worker (daemon and executor) 3 s into the job
//   node cluster.mjs exec   spark|dask COMMAND...                    COMMAND with BENCH_MASTER / DASK_ADDRESS set; prints the seconds from nothing to its end
import fs from 'node:fs'; import path from 'node:path'; import os from 'node:os'; import net from 'node:net'; import { spawn, execFileSync } from 'node:child_process'; import { fileURLToPath } from 'node:url';
const here = path.join(path.dirname(fileURLToPath(import.meta.url)), '..'), [mode, engine, ...rest] = process.argv.slice(2), peers = process.env.BENCH_PEERS, HOST = '127.0.0.1';
const lib = path.join(peers, 'venv/spark/lib'), SPARK_HOME = path.join(lib, fs.readdirSync(lib)[0], 'site-packages/pyspark'), py = `${peers}/venv/py/bin/python`, spy = `${peers}/venv/spark/bin/python`;
const env = { ...process.env, PYTHONPATH: here, SPARK_HOME, PYSPARK_PYTHON: spy, SPARK_LOCAL_IP: HOST, NODE_PATH: `${peers}/node-skale/node_modules`, SKALE_WORKERS: '2', NODE_NO_WARNINGS: '1', PYSPARK_SUBMIT_ARGS: '--driver-memory 2g --conf spark.ui.enabled=false pyspark-shell' };
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-cluster-')), mine = [], sleep = ms => new Promise(r => setTimeout(r, ms));
const start = (cmd, args, extra) => { const p = spawn(cmd, args, { env: { ...env, ...extra }, detached: true, stdio: ['ignore', 'pipe', 'pipe'], cwd: work }); mine.push(p); p.out = ''; p.err = ''; p.stdout.on('data', d => p.out += d); p.stderr.on('data', d => p.err += d); p.done = new Promise(r => p.on('exit', c => r(c))); return p; };
const freePort = () => new Promise(r => { const s = net.createServer().listen(0, HOST, () => { const { port } = s.address(); s.close(() => r(port)); }); });
const tree = pid => { const kids = fs.readdirSync('/proc').filter(d => /^\d+$/.test(d)).filter(d => { try { return fs.readFileSync(`/proc/${d}/stat`, 'latin1').replace(/^.*\) /, '').split(' ')[1] === String(pid); } catch { return false; } }); return [pid, ...kids.flatMap(k => tree(+k))]; };
const kill = (pids, sig) => { for (const p of pids) try { process.kill(p, sig); } catch {} };
const until = async (f, ms = 60000) => { const t = Date.now(); while (!f()) { if (Date.now() - t > ms) throw Error('cluster did not start'); await sleep(20); } };

async function cluster() {
  const port = await freePort(); let workers, url;
  if (engine === 'spark') {
    url = `spark://${HOST}:${port}`; const cls = (c, ...a) => start(`${SPARK_HOME}/bin/spark-class`, [`org.apache.spark.deploy.${c}`, '--host', HOST, ...a]);
    const m = cls('master.Master', '--port', String(port), '--webui-port', '0'); await until(() => /I have been elected leader|Starting Spark master/.test(m.err));
    workers = [0, 1].map(i => cls('worker.Worker', '--webui-port', '0', '-c', '1', '-m', '3g', '-d', path.join(work, 'w' + i), url)); await until(() => workers.every(w => /Successfully registered/.test(w.err)));
    return { workers, extra: { BENCH_MASTER: url } };
  }
  url = `tcp://${HOST}:${port}`; const s = start(`${peers}/venv/py/bin/dask`, ['scheduler', '--host', HOST, '--port', String(port), '--no-dashboard']); await until(() => /Scheduler at/.test(s.err));
  workers = [0, 1].map(i => start(`${peers}/venv/py/bin/dask`, ['worker', url, '--nworkers', '1', '--nthreads', '1', '--no-nanny', '--no-dashboard', '--local-directory', path.join(work, 'w' + i)])); await until(() => workers.every(w => /Registered to/.test(w.err)));
  return { workers, extra: { DASK_ADDRESS: url } };
}
const t0 = performance.now(), since = () => +((performance.now() - t0) / 1000).toFixed(2); let r = {}, stopped = [];
try {
  if (mode === 'exec') {
    const { extra } = await cluster(), up = since(), p = spawn('/bin/sh', ['-c', rest.join(' ')], { env: { ...env, ...extra }, stdio: ['ignore', 'inherit', 'pipe'] }); p.stderr.resume(); const code = await new Promise(d => p.on('exit', d)); r = { cluster_up_s: up, total_s: since(), code };
  } else {
    const fault = rest[0] ?? 'none', BOUND = engine === 'skale' ? 70 : 200; let c, p;
    if (engine === 'ray') p = start(py, [`${here}/ray/fault.py`], { FAULT: fault });
    else if (engine === 'skale') p = start('node', [`${here}/skale/fault.cjs`], { FAULT: fault });
    else { c = await cluster(); p = start(engine === 'spark' ? spy : py, [`${here}/${engine === 'spark' ? 'spark-py' : 'dask'}/fault.py`], c.extra); await until(() => /READY/.test(p.out));
      if (fault !== 'none') setTimeout(() => { const all = tree(c.workers[1].pid); stopped = fault === 'kill-executor' ? all.slice(1) : all; kill(stopped, fault === 'stop' ? 'SIGSTOP' : 'SIGKILL'); }, 3000); }
    const code = await Promise.race([p.done, sleep(BOUND * 1000).then(() => 'bound')]); let j = {}; for (const l of p.out.trim().split('\n').reverse()) try { j = JSON.parse(l); break; } catch {}
    r = { workload: 'W14', engine, fault, ...j }; if (j.seconds === undefined) r.error = code === 'bound' ? `no result in ${BOUND} s` : `exit ${code}: ` + p.err.trim().split('\n').at(-1)?.slice(0, 300);
    r.hit = stopped.length;
  }
} catch (e) { r.error = String(e); }
for (const p of mine) { kill(tree(p.pid), 'SIGKILL'); kill([-p.pid], 'SIGKILL'); } kill(stopped, 'SIGKILL');
fs.rmSync(work, { recursive: true, force: true }); console.log(JSON.stringify({ t: new Date().toISOString(), load: os.loadavg()[0], ...r })); process.exit();
