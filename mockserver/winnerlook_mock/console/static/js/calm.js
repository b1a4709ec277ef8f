/** Do something soon after it was asked for: once, however often that was; and never again before it is done. */

export function calm(act, milliseconds) {
  let timer = 0;
  let running = false;
  let wanted = false;
  let over = false;
  async function run() {
    timer = 0;
    running = true;
    try {
      await act();
    } finally {
      running = false;
      if (wanted) ask();
    }
  }
  function ask() {
    wanted = running;
    if (!running && !over) timer ||= setTimeout(run, milliseconds);
  }
  ask.end = () => {
    over = true;
    clearTimeout(timer);
  };
  return ask;
}
