// A beat that goes on while the page is hidden and its own timers sleep.
setInterval(() => postMessage(null), 10_000);
