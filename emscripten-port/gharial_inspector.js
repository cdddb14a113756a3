// gharial_inspector.js — what the port adds with inspector=1, behind the program: a button in a corner of the page that opens
// the inspector of this program's heap. The port writes the package's modules in place of GHARIAL_MODULES, each after those
// that it imports, whose numbers stand between @s in it. Where there is no page it does nothing.
(() => {
  if (typeof document === 'undefined') return;
  // The port replaces this name.
  const modules = GHARIAL_MODULES;
  const start = () => {
    let memory;
    try {
      // biome-ignore lint/complexity/useLiteralKeys: Closure renames what has no quotes
      memory = Module['gharialHeap']()['memory'];
    } catch {
      // the program has not begun
    }
    if (!memory || !document.body) return setTimeout(start, 50);
    const urls = [];
    for (const text of modules) {
      const linked = text.replace(/@@(\d+)@@/g, (_, number) => urls[number]);
      urls.push(URL.createObjectURL(new Blob([linked], { type: 'text/javascript' })));
    }
    const key = `gharial:${urls[0]}`;
    globalThis[key] = Module;
    const script = document.createElement('script');
    script.type = 'module';
    script.textContent = `import { attachInspector } from '${urls[urls.length - 1]}';
      attachInspector(globalThis['${key}']);
      delete globalThis['${key}'];`;
    document.head.append(script);
  };
  start();
})();
