/// What a page does: headings sort their table, links open the section that they lead to, and one press folds or unfolds
/// everything. The page is complete without it.
enum PageScript {
  static let script = Markup(
    trusted: """
      "use strict";
      // Chromium repeats no heading on the next sheet of paper that has a <button> in it.
      const makeButton = (nodes, press) => {
        const button = document.createElement("span");
        button.setAttribute("role", "button");
        button.tabIndex = 0;
        button.append(...nodes);
        button.addEventListener("click", press);
        button.addEventListener("keydown", event => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          press();
        });
        return button;
      };

      const contents = document.querySelector("nav details");
      if (contents) {
        contents.open = matchMedia("(min-width: 75rem)").matches;
        const setFolds = open => () => {
          for (const fold of document.querySelectorAll("main details")) fold.open = open;
        };
        const line = document.createElement("p");
        line.append(makeButton(["Unfold all"], setFolds(true)), " · ", makeButton(["Fold all"], setFolds(false)));
        contents.append(line);
      }

      const unfold = hash => {
        const fold = document.getElementById(hash.slice(1))?.querySelector(":scope > details");
        if (fold) fold.open = true;
      };
      unfold(location.hash);
      addEventListener("hashchange", () => unfold(location.hash));
      document.addEventListener("click", event => {
        const link = event.target.closest("a[href^='#']");
        if (link) unfold(link.hash);
      });

      // A narrow screen shows a figure whole, and at a press as large as its letters want it.
      for (const figure of document.querySelectorAll("figure")) {
        figure.addEventListener("click", () => figure.classList.toggle("large"));
      }

      const factors = { ns: 1e-9, "µs": 1e-6, ms: 1e-3, k: 1e3, M: 1e6, KiB: 1024, MiB: 1048576, GiB: 1073741824 };
      const number = text => {
        const parts = /^([-−]?)([\\d.,]+) ?([a-zµ]*)/i.exec(text);
        if (!parts) return NaN;
        return (parts[1] ? -1 : 1) * parts[2].replace(/,/g, "") * (factors[parts[3]] ?? 1);
      };
      // The highest number first, but words from a to z.
      const numberOrders = { none: "descending", descending: "ascending", ascending: "none" };
      const wordOrders = { none: "ascending", ascending: "descending", descending: "none" };

      for (const table of document.querySelectorAll("table.sortable")) {
        const body = table.tBodies[0], rows = [...body.rows];
        const headings = [...table.tHead.rows[0].cells];
        headings.forEach((heading, column) => {
          if (heading.tagName !== "TH") return;
          const isNumber = heading.className === "n", orders = isNumber ? numberOrders : wordOrders;
          heading.setAttribute("aria-sort", "none");
          const sort = () => {
            const order = orders[heading.getAttribute("aria-sort")], sign = order === "descending" ? -1 : 1;
            for (const other of table.querySelectorAll("[aria-sort]")) other.setAttribute("aria-sort", "none");
            heading.setAttribute("aria-sort", order);
            table.classList.toggle("sorted", order !== "none");
            const key = row => {
              const cell = row.cells[column];
              if (!cell || cell.colSpan > 1) return isNumber ? NaN : "";
              return isNumber ? number(cell.textContent) : cell.textContent;
            };
            // What has no number is last either way.
            const compare = (a, b) => {
              const [x, y] = [key(a), key(b)];
              if (x !== x || y !== y) return (x !== x) - (y !== y);
              return x < y ? -sign : x > y ? sign : 0;
            };
            body.append(...(order === "none" ? rows : rows.toSorted(compare)));
          };
          heading.append(makeButton([...heading.childNodes], sort));
        });
      }
      """)
}
