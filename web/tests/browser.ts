/** The little of a browser that the page looks at when it is loaded, before each file of tests: an English one that remembers nothing. */
Object.assign(globalThis, {
  document: { documentElement: { lang: "" } },
  localStorage: { getItem: () => null, setItem: () => undefined },
});
Object.defineProperty(globalThis, "navigator", { value: { language: "en-GB" }, configurable: true });
