// SPDX-License-Identifier: MIT
#include "app/look.h"

#include <QApplication>
#include <QPalette>
#include <QStyleFactory>
#include <QSurfaceFormat>

namespace hmr {
namespace {

QPalette darkPalette() {
    const QColor window(43, 45, 49), base(33, 34, 37), text(222, 224, 228), dim(128, 132, 140), accent(82, 139, 204);
    QPalette palette;
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, QColor(38, 40, 43));
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::PlaceholderText, dim);
    palette.setColor(QPalette::Button, QColor(54, 57, 62));
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, QColor(58, 61, 66));
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, QColor(120, 174, 236));
    palette.setColor(QPalette::Light, QColor(66, 69, 75));
    palette.setColor(QPalette::Midlight, QColor(58, 61, 66));
    palette.setColor(QPalette::Mid, QColor(34, 35, 38));
    palette.setColor(QPalette::Dark, QColor(26, 27, 29));
    palette.setColor(QPalette::Shadow, QColor(12, 12, 13));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) palette.setColor(QPalette::Disabled, role, QColor(112, 116, 123));
    palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor(70, 73, 79));
    return palette;
}

constexpr const char* kStyleSheet = R"(
    QToolBar { border: 0; border-bottom: 1px solid #1f2023; spacing: 3px; padding: 3px 6px; }
    QToolBar::separator { width: 1px; background: #3c3f45; margin: 5px 5px; }
    QToolBar QToolButton { padding: 4px 7px; border: 1px solid transparent; border-radius: 4px; }
    QToolBar QToolButton:hover { background: #3a3d42; }
    QToolBar QToolButton:checked, QToolBar QToolButton:pressed { background: #46515f; border-color: #5a6b80; }
    QDockWidget::title { background: #323439; padding: 5px 8px; }
    QMainWindow::separator { background: #1f2023; width: 3px; height: 3px; }
    QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
    QStatusBar { border-top: 1px solid #1f2023; }
    QStatusBar::item { border: 0; }
    QStatusBar QLabel { color: #a9adb5; padding: 1px 8px; }
    QTreeView, QListView { border: 1px solid #1f2023; border-radius: 3px; }
    #folderStrip { border: 0; border-top: 1px solid #1f2023; border-radius: 0; }
    #transportBar { border-top: 1px solid #1f2023; }
    #messageBar { border: 0; border-bottom: 1px solid #1f2023; background: #37475a; }
    #messageBar[kind="warning"] { background: #5a4a26; }
    #messageBar[kind="error"] { background: #63302f; }
)";

}  // namespace

void requestOpenGl() {
    QSurfaceFormat format;
    format.setVersion(3, 3);
    format.setProfile(QSurfaceFormat::CoreProfile);
    format.setDepthBufferSize(24);
    QSurfaceFormat::setDefaultFormat(format);
}

void applyLook(QApplication& application) {
    application.setStyle(QStyleFactory::create("Fusion"));
    application.setPalette(darkPalette());
    application.setStyleSheet(kStyleSheet);
}

}  // namespace hmr
