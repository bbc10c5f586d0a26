/// The page's script: headings sort their tables, and folded sections open for print. Without it, nothing is missing.
enum PageScript {
  static let script = Markup(
    trusted: """
      "use strict";
      const contents = document.querySelector("nav details");
      contents.open = matchMedia("(min-width: 75rem)").matches;

      const factors = { ns: 1e-9, "µs": 1e-6, ms: 1e-3, k: 1e3, M: 1e6, KiB: 1024, MiB: 1048576, GiB: 1073741824 };
      const number = text => {
        const parts = /^([-−]?)([\\d.,]+) ?([a-zµ]*)/i.exec(text);
        if (!parts) return NaN;
        return (parts[1] ? -1 : 1) * parts[2].replace(/,/g, "") * (factors[parts[3]] ?? 1);
      };
      const orders = { none: "ascending", ascending: "descending", descending: "none" };

      for (const table of document.querySelectorAll("table.sortable")) {
        const body = table.tBodies[0], rows = [...body.rows];
        const headings = [...table.tHead.rows[0].cells];
        headings.forEach((heading, column) => {
          if (heading.tagName !== "TH") return;
          // Chromium repeats no heading on the next sheet of paper that has a <button> in it.
          const button = document.createElement("span");
          button.setAttribute("role", "button");
          button.tabIndex = 0;
          button.append(...heading.childNodes);
          heading.append(button);
          heading.setAttribute("aria-sort", "none");
          const sort = () => {
            const order = orders[heading.getAttribute("aria-sort")], sign = order === "descending" ? -1 : 1;
            for (const other of table.querySelectorAll("[aria-sort]")) other.setAttribute("aria-sort", "none");
            heading.setAttribute("aria-sort", order);
            table.classList.toggle("sorted", order !== "none");
            const isNumber = heading.className === "n";
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
          button.addEventListener("click", sort);
          button.addEventListener("keydown", event => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            sort();
          });
        });
      }

      addEventListener("beforeprint", () => {
        for (const folded of document.querySelectorAll("main details")) folded.open = true;
      });
      """)
}
