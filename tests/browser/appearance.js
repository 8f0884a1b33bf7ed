// What of a page is too wide, and what is hard to read; whether it is dark.
(least) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const brush = canvas.getContext('2d', { willReadFrequently: true });

  // A canvas turns any CSS colour into red, green, blue and alpha.
  const parse = (colour) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const background = (element) => {
    if (!element) return [255, 255, 255, 1];
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, background(element.parentElement));
  };

  // WCAG 2.2: relative luminance and contrast ratio.
  const luminance = (colour) => colour.slice(0, 3).map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

  const ownText = (element) => [...element.childNodes]
    .filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim()).join('');
  const isShown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })
    && !element.closest(':disabled, .visually-hidden');
  const pale = [...document.body.querySelectorAll('*')]
    .filter((element) => ownText(element) && isShown(element))
    .map((element) => {
      const below = background(element);
      const ratio = contrast(luminance(over(parse(getComputedStyle(element).color), below)), luminance(below));
      return { text: ownText(element).slice(0, 40), ratio };
    })
    .filter(({ ratio }) => ratio < least)
    .map(({ text, ratio }) => `${text} (${ratio.toFixed(2)})`);

  return {
    tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    pale: [...new Set(pale)],
    dark: luminance(background(document.body)) < 0.2,
  };
}
