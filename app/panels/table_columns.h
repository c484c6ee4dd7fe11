// SPDX-License-Identifier: MIT
#pragma once
#include <QHeaderView>
#include <QTreeWidget>

namespace hmr {

/// The second column as wide as its widest text, the first takes the rest. (ResizeToContents measures every row at every change.)
inline void setColumnsFor(QTreeWidget& table, const QString& widest) {
    constexpr int kMargins = 16;
    table.header()->setStretchLastSection(false);
    table.header()->setSectionResizeMode(0, QHeaderView::Stretch);
    table.header()->setSectionResizeMode(1, QHeaderView::Fixed);
    table.header()->resizeSection(1, table.fontMetrics().horizontalAdvance(widest) + kMargins);
}

}  // namespace hmr
