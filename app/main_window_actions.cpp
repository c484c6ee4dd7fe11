// SPDX-License-Identifier: MIT
// The window's menus, tool bar and dialogs.
#include <QActionGroup>
#include <QApplication>
#include <QDialogButtonBox>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QSignalBlocker>
#include <QSlider>
#include <QTableWidget>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <cmath>

#include "app/dialogs/camera_dialog.h"
#include "app/dialogs/models_dialog.h"
#include "app/dialogs/preferences_dialog.h"
#include "app/editing/edit_commands.h"
#include "app/icons.h"
#include "app/main_window.h"
#include "app/motion/motion_desk.h"
#include "app/panels/folder_strip.h"
#include "app/panels/transport_bar.h"
#include "app/picture_view.h"

namespace hmr {
namespace {

QWidget* opacityRow(QSlider*& slider, QWidget* parent) {
    auto* row = new QWidget(parent);
    slider = new QSlider(Qt::Horizontal, row);
    slider->setObjectName("opacitySlider");
    slider->setRange(0, 100);
    slider->setMinimumWidth(48);
    slider->setMaximumWidth(110);
    slider->setToolTip(MainWindow::tr("Opacity of the bodies"));
    slider->setFocusPolicy(Qt::StrongFocus);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(6, 0, 6, 0);
    layout->addWidget(new QLabel(MainWindow::tr("Opacity"), row));
    layout->addWidget(slider);
    row->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
    return row;
}

/// "*.jpg *.mp4 …": what can be opened, for file dialogs.
QString sourcePatterns() {
    QStringList patterns;
    for (const auto* extensions : {&pictureExtensions(), &videoExtensions()})
        for (const std::string& extension : *extensions) patterns << "*" + QString::fromStdString(extension);
    return patterns.join(' ');
}

}  // namespace

QAction* MainWindow::addAction(QMenu* menu, const QString& name, const QString& text, const QKeySequence& shortcut, const QString& tip,
                               const std::function<void()>& run) {
    auto* action = new QAction(text, this);
    action->setObjectName(name);
    action->setShortcut(shortcut);
    const QString key = shortcut.isEmpty() ? QString() : " (" + shortcut.toString(QKeySequence::NativeText) + ")";
    action->setToolTip(tip + key);
    action->setStatusTip(tip);
    if (run) connect(action, &QAction::triggered, this, [run] { run(); });
    menu->addAction(action);
    QMainWindow::addAction(action);
    actions_[name] = action;
    return action;
}

QAction* MainWindow::addToggle(QMenu* menu, const QString& name, const QString& text, const QKeySequence& shortcut, const QString& tip,
                               bool ViewSettings::*setting) {
    QAction* action = addAction(menu, name, text, shortcut, tip, {});
    action->setCheckable(true);
    action->setChecked(session_->view().*setting);
    connect(action, &QAction::toggled, this, [this, setting](bool isOn) { changeView([&](ViewSettings& view) { view.*setting = isOn; }); });
    connect(session_.get(), &Session::viewChanged, action, [this, action, setting] { action->setChecked(session_->view().*setting); });
    return action;
}

void MainWindow::changeView(const std::function<void(ViewSettings&)>& change) {
    ViewSettings view = session_->view();
    change(view);
    session_->setView(view);
}

void MainWindow::buildActions() {
    buildFileMenu();
    buildEditMenu();
    buildPoseMenu();
    buildViewMenu();
    buildPlayMenu();
    buildExportMenu();
    motion_->addMenu(menuBar(), menuBar()->actions().first()->menu());
    buildHelpMenu();
    buildToolBar();
    showView();
}

void MainWindow::buildFileMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&File"));
    addAction(menu, "openFiles", tr("&Open…"), QKeySequence::Open, tr("Open pictures or videos"), [this] { chooseFiles(); })->setIcon(icon(Glyph::Open));
    addAction(menu, "openFolder", tr("Open &folder…"), tr("Ctrl+Shift+O"), tr("Open all pictures and videos of a folder"), [this] { chooseFolder(); })->setIcon(icon(Glyph::Folder));
    addAction(menu, "openCamera", tr("Open &camera…"), tr("Ctrl+K"), tr("Open a camera or a stream"), [this] { chooseCamera(); })->setIcon(icon(Glyph::Camera));
    recentMenu_ = menu->addMenu(tr("Open &recent"));
    recentMenu_->setObjectName("recentMenu");
    connect(recentMenu_, &QMenu::aboutToShow, this, &MainWindow::fillRecentMenu);
    menu->addSeparator();
    addAction(menu, "previousFile", tr("&Previous file"), Qt::Key_PageUp, tr("Go to the previous file of the strip"), [this] { stepFile(-1); });
    addAction(menu, "nextFile", tr("&Next file"), Qt::Key_PageDown, tr("Go to the next file of the strip"), [this] { stepFile(1); });
    menu->addSeparator();
    addAction(menu, "quit", tr("&Quit"), QKeySequence::Quit, tr("Close the window"), [this] { close(); });
}

void MainWindow::buildEditMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Edit"));
    const auto adopt = [&](QAction* action, const QString& name, QKeySequence::StandardKey key, Glyph glyph) {
        action->setObjectName(name);
        action->setShortcuts(key);
        action->setIcon(icon(glyph));
        menu->addAction(action);
        actions_[name] = action;
    };
    adopt(session_->undoStack().createUndoAction(this, tr("&Undo")), "undo", QKeySequence::Undo, Glyph::Undo);
    adopt(session_->undoStack().createRedoAction(this, tr("&Redo")), "redo", QKeySequence::Redo, Glyph::Redo);
    menu->addSeparator();
    QAction* draw = addAction(menu, "drawBox", tr("&Draw box"), Qt::Key_B, tr("Draw a box round a person"), {});
    draw->setIcon(icon(Glyph::DrawBox));
    draw->setCheckable(true);
    connect(draw, &QAction::toggled, view_, &PictureView::setDrawsBoxes);
    connect(view_, &PictureView::drawsBoxesChanged, draw, &QAction::setChecked);
    addAction(menu, "deleteBox", tr("D&elete box"), QKeySequence::Delete, tr("Delete the chosen person's box"), [this] { deleteSelectedBox(); })->setIcon(icon(Glyph::Delete));
    addAction(menu, "findPeople", tr("&Find people"), Qt::Key_D, tr("Find the people in this picture again"), [this] { findPeople(); })->setIcon(icon(Glyph::Detect));
    menu->addSeparator();
    addAction(menu, "previousPerson", tr("Previous person"), Qt::Key_BracketLeft, tr("Choose the previous person"), [this] { stepPerson(-1); });
    addAction(menu, "nextPerson", tr("Next person"), Qt::Key_BracketRight, tr("Choose the next person"), [this] { stepPerson(1); });
    menu->addSeparator();
    addAction(menu, "models", tr("&Models…"), tr("Ctrl+L"), tr("See and choose the body and the network"), [this] { openModelsDialog(*this); });
    addAction(menu, "preferences", tr("&Preferences…"), QKeySequence::Preferences, tr("Choose models, the people detector and threads"), [this] { choosePreferences(); });
}

void MainWindow::buildViewMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&View"));
    const auto addChoice = [this](QMenu* in, QActionGroup* group, const QString& name, const QString& text, const QKeySequence& key,
                                  const QString& tip, int value) {
        QAction* action = addAction(in, name, text, key, tip, {});
        action->setCheckable(true);
        action->setData(value);
        group->addAction(action);
        return action;
    };
    modes_ = new QActionGroup(this);
    addChoice(menu, modes_, "viewOverlay", tr("&Over the picture"), Qt::Key_1, tr("Bodies over the picture"), int(ViewMode::Overlay))->setIcon(icon(Glyph::Overlay));
    addChoice(menu, modes_, "viewSide", tr("&Side view"), Qt::Key_2, tr("Bodies seen from the side"), int(ViewMode::Side))->setIcon(icon(Glyph::Side));
    addChoice(menu, modes_, "viewOrbit", tr("&Free view"), Qt::Key_3, tr("Bodies turned with the mouse"), int(ViewMode::Orbit))->setIcon(icon(Glyph::Orbit));
    connect(modes_, &QActionGroup::triggered, this, [this](QAction* action) {
        changeView([&](ViewSettings& view) { view.mode = static_cast<ViewMode>(action->data().toInt()); });
    });
    menu->addSeparator();
    styles_ = new QActionGroup(this);
    addChoice(menu, styles_, "styleLit", tr("&Lit"), Qt::Key_L, tr("Lit surface"), int(SurfaceStyle::Lit));
    addChoice(menu, styles_, "styleNormals", tr("&Normals"), Qt::Key_N, tr("Colours of the surface's direction"), int(SurfaceStyle::Normals));
    addChoice(menu, styles_, "styleParts", tr("&Part colours"), Qt::Key_C, tr("One colour a body part"), int(SurfaceStyle::PartColors));
    connect(styles_, &QActionGroup::triggered, this, [this](QAction* action) {
        changeView([&](ViewSettings& view) { view.style = static_cast<SurfaceStyle>(action->data().toInt()); });
    });
    menu->addSeparator();
    addToggle(menu, "showWireframe", tr("&Wireframe"), Qt::Key_W, tr("Edges over the surface"), &ViewSettings::wireframe);
    addToggle(menu, "showSkeleton", tr("S&keleton"), Qt::Key_S, tr("Joints and bones; click a joint to choose it"), &ViewSettings::skeleton);
    addToggle(menu, "showBackFaces", tr("&Back faces"), {}, tr("Draw the far side of the surface too"), &ViewSettings::backFaces);
    addToggle(menu, "showBoxes", tr("Bo&xes"), Qt::Key_X, tr("Person boxes"), &ViewSettings::boxes);
    menu->addSeparator();
    const auto changeOpacity = [this](int percent) { opacity_->setValue(opacity_->value() + percent); };
    addAction(menu, "moreOpaque", tr("&More opaque"), tr("Ctrl+Up"), tr("Let less of the picture through"), [changeOpacity] { changeOpacity(10); });
    addAction(menu, "lessOpaque", tr("L&ess opaque"), tr("Ctrl+Down"), tr("Let more of the picture through"), [changeOpacity] { changeOpacity(-10); });
    menu->addSeparator();
    addAction(menu, "zoomIn", tr("Zoom &in"), QKeySequence::ZoomIn, tr("Zoom in"), [this] { view_->zoomBy(1.25); });
    addAction(menu, "zoomOut", tr("Zoom o&ut"), QKeySequence::ZoomOut, tr("Zoom out"), [this] { view_->zoomBy(0.8); });
    addAction(menu, "actualSize", tr("&Actual size"), tr("Ctrl+1"), tr("One picture pixel a screen pixel"), [this] { view_->showActualSize(); });
    addAction(menu, "fit", tr("&Fit"), Qt::Key_F, tr("Show the whole picture"), [this] { view_->fitPicture(); })->setIcon(icon(Glyph::Fit));
    menu->addSeparator();
    QMenu* panels = menu->addMenu(tr("Pa&nels"));
    for (QDockWidget* dock : findChildren<QDockWidget*>()) panels->addAction(dock->toggleViewAction());
    panels->addSeparator();
    addAction(panels, "resetPanels", tr("&As at first"), {}, tr("Put every panel back to its place"), [this] { restoreState(firstState_); });
}

void MainWindow::buildPlayMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Play"));
    addAction(menu, "play", tr("&Play or pause"), Qt::Key_P, tr("Play or pause the video"), [this] { recoveryJob_->setPlaying(!transport_->isPlaying()); });
    const auto click = [this](const QString& button) { findChild<QToolButton*>(button)->click(); };
    addAction(menu, "previousFrame", tr("One frame &back"), Qt::Key_Comma, tr("Go one frame back"), [click] { click("previousFrameButton"); });
    addAction(menu, "nextFrame", tr("One frame &on"), Qt::Key_Period, tr("Go one frame on"), [click] { click("nextFrameButton"); });
    addAction(menu, "firstFrame", tr("&First frame"), Qt::Key_Home, tr("Go to the first frame"), [this] { recoveryJob_->goTo(0); });
}

void MainWindow::buildExportMenu() {
    exportMenu_ = menuBar()->addMenu(tr("E&xport"));
    exportMenu_->setObjectName("exportMenu");
    auto* who = new QActionGroup(this);
    QAction* one = addAction(exportMenu_, "exportChosenPerson", tr("The &chosen person"), {}, tr("Export the chosen person only"), {});
    QAction* all = addAction(exportMenu_, "exportAllPeople", tr("&All people"), {}, tr("Export everybody in the frame"), {});
    for (QAction* action : {one, all}) {
        action->setCheckable(true);
        who->addAction(action);
    }
    one->setChecked(true);
    exportMenu_->addSeparator();
    const auto add = [this](const QString& name, const QString& text, const QKeySequence& key, const QString& tip, ExportKind kind) {
        addAction(exportMenu_, name, text, key, tip, [this, kind] { chooseExport(kind); });
    };
    add("exportObj", tr("&OBJ mesh…"), tr("Ctrl+E"), tr("Posed mesh with normals, texture coordinates and material"), ExportKind::Obj);
    add("exportFbx", tr("&FBX figure…"), {}, tr("Skinned mesh with its skeleton in the pose"), ExportKind::Fbx);
    add("exportGlb", tr("&GLB figure…"), {}, tr("Skinned mesh with its skeleton as binary glTF"), ExportKind::Glb);
    exportMenu_->addSeparator();
    add("exportScreenshot", tr("&Screenshot…"), tr("Ctrl+Shift+S"), tr("The overlay at the picture's own size"), ExportKind::Screenshot);
    exportMenu_->addSeparator();
    add("exportJson", tr("Parameters as &JSON…"), {}, tr("Pose, shape and camera as text"), ExportKind::ParametersJson);
    add("exportNpz", tr("Parameters as &NPZ…"), {}, tr("Pose, shape and camera as NumPy arrays"), ExportKind::ParametersNpz);
}

void MainWindow::buildHelpMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Help"));
    addAction(menu, "shortcuts", tr("&Keyboard and mouse"), Qt::Key_F1, tr("List the shortcuts"), [this] { showShortcuts(); });
    addAction(menu, "about", tr("&About HMR Studio"), {}, tr("Version and licence"), [this] { showAbout(); });
}

void MainWindow::buildToolBar() {
    QToolBar* bar = addToolBar(tr("Tools"));
    bar->setObjectName("toolBar");
    bar->setMovable(false);
    bar->setIconSize({18, 18});
    const auto addGroup = [&](const QStringList& names) {
        for (const QString& name : names) bar->addAction(actions_[name]);
        bar->addSeparator();
    };
    addGroup({"openFiles", "openCamera"});
    addGroup({"undo", "redo"});
    addGroup({"drawBox", "findPeople"});
    addGroup({"poseTool", "showGizmo"});
    addGroup({"viewOverlay", "viewSide", "viewOrbit", "fit"});
    bar->addWidget(opacityRow(opacity_, bar));
    auto* space = new QWidget(bar);
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    auto* exports = new QToolButton(bar);
    exports->setObjectName("exportButton");
    exports->setText(tr("Export"));
    exports->setIcon(icon(Glyph::Export));
    exports->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    exports->setMenu(exportMenu_);
    exports->setPopupMode(QToolButton::InstantPopup);
    exports->setToolTip(tr("Export bodies, a picture or parameters"));
    bar->addWidget(exports);
    connect(opacity_, &QSlider::valueChanged, this, [this](int percent) { changeView([&](ViewSettings& view) { view.opacity = percent / 100.0; }); });
}

void MainWindow::showView() {
    const ViewSettings& view = session_->view();
    for (QAction* action : modes_->actions()) action->setChecked(action->data().toInt() == static_cast<int>(view.mode));
    for (QAction* action : styles_->actions()) action->setChecked(action->data().toInt() == static_cast<int>(view.style));
    const QSignalBlocker quiet(opacity_);
    opacity_->setValue(static_cast<int>(std::lround(view.opacity * 100)));
}

void MainWindow::updateActions() {
    if (!actions_.contains("play")) return;
    const bool hasPicture = session_->hasPicture(), hasPerson = session_->person(session_->selectedPerson()) != nullptr;
    for (const char* name : {"drawBox", "findPeople", "openMarks", "exportScreenshot"}) actions_[name]->setEnabled(hasPicture);
    actions_["deleteBox"]->setEnabled(session_->selectedPerson() >= 0);
    for (const char* name : {"exportObj", "exportFbx", "exportGlb", "exportJson", "exportNpz"}) actions_[name]->setEnabled(hasPerson);
    for (const char* name : {"previousFrame", "nextFrame", "firstFrame"}) actions_[name]->setEnabled(source_.isVideo);
    actions_["play"]->setEnabled(source_.isVideo || source_.isLive);
    updatePoseActions();
    const bool hasSeveral = session_->boxes().size() > 1;
    for (const char* name : {"previousPerson", "nextPerson"}) actions_[name]->setEnabled(hasSeveral);
}

void MainWindow::chooseFiles() {
    auto* dialog = new QFileDialog(this, tr("Open"), QSettings().value("lastFolder").toString());
    dialog->setObjectName("openDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setNameFilters({tr("Pictures and videos (%1)").arg(sourcePatterns()), tr("All files (*)")});
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
        QSettings().setValue("lastFolder", QFileInfo(files.front()).absolutePath());
        open(files);
    });
    dialog->open();
}

void MainWindow::chooseFolder() {
    auto* dialog = new QFileDialog(this, tr("Open folder"), QSettings().value("lastFolder").toString());
    dialog->setObjectName("openFolderDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        QSettings().setValue("lastFolder", folder);
        open({folder});
    });
    dialog->open();
}

void MainWindow::chooseCamera() {
    auto* dialog = new CameraDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        if (!dialog->source().isEmpty()) open({dialog->source()});
    });
    dialog->open();
}

void MainWindow::choosePreferences() {
    auto* dialog = new PreferencesDialog(options_.models, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        const ModelSettings models = dialog->settings();
        if (models == options_.models) return;
        saveModelSettings(models);
        useModels(models);
    });
    dialog->open();
}

void MainWindow::chooseExport(ExportKind kind) {
    const QString extension = extensionOf(kind);
    const QString base = QFileInfo(QString::fromStdString(source_.specification)).completeBaseName();
    const QString name = (base.isEmpty() ? QString("hmr") : base) + (kind == ExportKind::Screenshot ? ".overlay." : ".") + extension;
    auto* dialog = new QFileDialog(this, tr("Export"), QSettings().value("exportFolder").toString());
    dialog->setObjectName("exportDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(extension);
    dialog->setNameFilter(QString("%1 (*.%2)").arg(extension.toUpper(), extension));
    dialog->selectFile(name);
    connect(dialog, &QFileDialog::fileSelected, this, [this, kind](const QString& file) {
        QSettings().setValue("exportFolder", QFileInfo(file).absolutePath());
        exportTo(kind, file);
    });
    dialog->open();
}

void MainWindow::fillRecentMenu() {
    recentMenu_->clear();
    for (const QString& source : QSettings().value("recentFiles").toStringList()) {
        connect(recentMenu_->addAction(source), &QAction::triggered, this, [this, source] { open({source}); });
    }
    if (recentMenu_->isEmpty()) recentMenu_->addAction(tr("Nothing yet"))->setEnabled(false);
}

void MainWindow::stepPerson(int step) {
    const auto boxes = session_->boxes();
    if (boxes.empty()) return;
    int position = 0;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        if (boxes[i].id == session_->selectedPerson()) position = static_cast<int>(i);
    }
    const int count = static_cast<int>(boxes.size());
    session_->selectPerson(boxes[static_cast<std::size_t>((position + step + count) % count)].id);
}

void MainWindow::stepFile(int step) {
    const QString file = strip_->neighbour(step);
    if (!file.isEmpty()) openSource(file);
}

void MainWindow::showAbout() {
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("About HMR Studio"), QString(), QMessageBox::Close, this);
    box->setObjectName("aboutBox");
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIconPixmap(programIcon().pixmap(64, 64));
    box->setText(tr("<h3>HMR Studio %1</h3>").arg(QApplication::applicationVersion()));
    box->setInformativeText(tr("Bodies from pictures by Human Mesh Recovery (Kanazawa, Black, Jacobs and Malik, CVPR 2018).<br><br>"
                               "Free software under the MIT licence; the shipped body is in the public domain (CC0).<br><br>Qt %1")
                                .arg(qVersion()));
    box->open();
}

void MainWindow::showShortcuts() {
    auto* dialog = new QDialog(this);
    dialog->setObjectName("shortcutsDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Keyboard and mouse"));
    QList<std::pair<QString, QString>> rows = {{tr("Wheel"), tr("Zoom")},
                                               {tr("Middle button or Space + drag"), tr("Move the picture")},
                                               {tr("Double-click beside people"), tr("Show the whole picture")},
                                               {tr("Drag on the picture"), tr("Draw a box")},
                                               {tr("Drag a box, its sides or corners"), tr("Move or resize it")},
                                               {tr("Drag in the free view"), tr("Turn the bodies")},
                                               {tr("Click a body"), tr("Choose the person and the part")},
                                               {tr("Drag a joint of the skeleton"), tr("Move it; the limb follows")},
                                               {tr("Double-click a slider"), tr("Back to the network's answer")}};
    for (QAction* action : std::as_const(actions_)) {
        if (!action->shortcut().isEmpty()) rows << std::pair(action->shortcut().toString(QKeySequence::NativeText), action->text().remove('&').remove("…"));
    }
    auto* table = new QTableWidget(static_cast<int>(rows.size()), 2, dialog);
    table->setObjectName("shortcutsTable");
    table->setHorizontalHeaderLabels({tr("Key or gesture"), tr("What it does")});
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(24);
    table->horizontalHeader()->setStretchLastSection(true);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionMode(QAbstractItemView::NoSelection);
    table->setShowGrid(false);
    for (int row = 0; row < table->rowCount(); ++row) {
        table->setItem(row, 0, new QTableWidgetItem(rows[row].first));
        table->setItem(row, 1, new QTableWidgetItem(rows[row].second));
    }
    table->resizeColumnToContents(0);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(table);
    layout->addWidget(buttons);
    dialog->resize(520, 620);
    dialog->open();
}

}  // namespace hmr
