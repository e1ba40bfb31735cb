/** The little of a browser that the words look at when they are loaded: an English one that remembers nothing. */
Object.assign(globalThis, {
  document: { documentElement: { lang: "" } },
  localStorage: { getItem: () => null, setItem: () => undefined },
});
Object.defineProperty(globalThis, "navigator", { value: { language: "en-GB" }, configurable: true });
