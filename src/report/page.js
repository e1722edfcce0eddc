/* SPDX-License-Identifier: GPL-3.0-or-later */
"use strict";
/* Folding, and a cursor over all lanes at once: time above, the value of each line beside its name. */
(function () {
    const folded = [...document.querySelectorAll("details")];
    if (folded.length > 6) { /* all at once, also on paper */
        const set = (open) => folded.forEach((d) => { d.open = open; });
        const button = document.createElement("button");
        button.type = "button";
        const label = () => { button.textContent = folded.some((d) => !d.open) ? "Unfold all" : "Fold all"; };
        button.addEventListener("click", () => { set(folded.some((d) => !d.open)); label(); });
        label();
        const place = document.querySelector(".polarity");
        if (place) place.append(" ", button);
    }
    let before = [];
    addEventListener("beforeprint", () => {
        before = folded.filter((d) => !d.open);
        before.forEach((d) => { d.open = true; });
    });
    addEventListener("afterprint", () => before.forEach((d) => { d.open = false; }));

    const box = document.querySelector(".lanes");
    if (!box) return;
    const end = +box.dataset.end, top = 5, bottom = 95;
    const lanes = [...box.querySelectorAll(".lane:not(.axis)")].map((lane) => {
        const svg = lane.querySelector("svg.plot");
        const line = document.createElementNS(svg.namespaceURI, "line");
        line.setAttribute("class", "cursor");
        line.setAttribute("y2", "100%");
        svg.append(line);
        const lo = +lane.dataset.lo, hi = +lane.dataset.hi;
        const series = [...svg.querySelectorAll("path[data-who]")].map((path) => ({
            who: path.dataset.who,
            points: [...path.getAttribute("d").matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map((m) => [
                +m[1], lo + (hi - lo) * (bottom - m[2]) / (bottom - top)])
        }));
        return { svg, line, series, out: lane.querySelector("output") };
    });
    if (!lanes.length) return;

    const bar = document.createElement("div");
    bar.className = "cursor-bar";
    const clock = document.createElement("output");
    const slider = document.createElement("input");
    slider.type = "range";
    slider.max = 1000;
    slider.value = 0;
    slider.setAttribute("aria-label", "Time");
    bar.append(clock, slider);
    box.prepend(bar);

    const time = (t) => {
        const tenths = Math.round(t * 10), s = Math.floor(tenths / 10);
        const two = (n) => String(n).padStart(2, "0"), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
        return (h ? h + ":" + two(m) : m) + ":" + two(s % 60) + "." + tenths % 10;
    };
    const nearest = (points, x) => {
        let a = 0, b = points.length - 1;
        while (b - a > 1) {
            const m = (a + b) >> 1;
            if (points[m][0] < x) a = m; else b = m;
        }
        const p = points[b] && Math.abs(points[b][0] - x) < Math.abs(points[a][0] - x) ? points[b] : points[a];
        return p && Math.abs(p[0] - x) < 15 ? p[1] : null;
    };
    const show = (x) => {
        box.classList.add("live");
        clock.textContent = time(x / 1000 * end);
        slider.setAttribute("aria-valuetext", clock.textContent);
        for (const lane of lanes) {
            lane.line.setAttribute("x1", x / 10 + "%");
            lane.line.setAttribute("x2", x / 10 + "%");
            lane.out.textContent = lane.series.map((s) => {
                const v = nearest(s.points, x);
                if (v === null) return "";
                return (lane.series.length > 1 ? s.who.replace("person ", "#").replace("voice ", "voice #") + " " : "") + Number(v.toPrecision(3));
            }).filter(Boolean).join("  ");
        }
    };
    box.addEventListener("pointermove", (event) => {
        const over = event.target.closest(".lane");
        if (!over) return;
        const r = over.querySelector("svg.plot").getBoundingClientRect(), x = (event.clientX - r.left) / r.width * 1000;
        if (x < 0 || x > 1000) return;
        slider.value = x;
        show(x);
    });
    slider.addEventListener("input", () => show(+slider.value));

    const audio = document.querySelector("audio"); /* plays from where one clicks, and moves the cursor */
    if (!audio) return;
    const seek = (x) => { audio.currentTime = x / 1000 * end; };
    slider.addEventListener("change", () => seek(+slider.value));
    box.addEventListener("click", (event) => {
        if (event.target.closest(".lane svg.plot") && !event.target.closest("a")) seek(+slider.value);
    });
    audio.addEventListener("timeupdate", () => {
        slider.value = audio.currentTime / end * 1000;
        show(+slider.value);
    });
})();
