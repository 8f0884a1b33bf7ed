// Goes on when every app's frame has been loaded, which this page's own load event waits for, and after three
// seconds in any case: an app that does not answer must not keep the person here.

let gone = false;

function goOn() {
  if (gone) return;
  gone = true;
  location.replace(document.getElementById("onward").href);
}

addEventListener("load", goOn);
setTimeout(goOn, 3000);
