// SPDX-License-Identifier: MIT
// The window's pose menu and the panels that go with it.
#include <QAction>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMenuBar>
#include <QScrollArea>
#include <QSettings>
#include <QUndoView>

#include "app/editing/edit_commands.h"
#include "app/editing/joint_angles.h"
#include "app/main_window.h"
#include "app/panels/fit_panel.h"
#include "app/panels/measurement_panel.h"
#include "app/panels/pose_library_panel.h"
#include "app/picture_view.h"
#include "body/error.h"

namespace hmr {

void MainWindow::buildEditingPanels(QDockWidget* peopleDock, QDockWidget* poseDock) {
    const auto addDock = [this](const QString& name, const QString& title, QWidget* content, QDockWidget* beside) {
        auto* dock = new QDockWidget(title, this);
        dock->setObjectName(name);
        dock->setWidget(content);
        addDockWidget(Qt::RightDockWidgetArea, dock);
        tabifyDockWidget(beside, dock);
    };
    auto* measures = new MeasurementPanel(*session_);
    auto* scrolled = new QScrollArea;
    scrolled->setWidgetResizable(true);
    scrolled->setFrameShape(QFrame::NoFrame);
    scrolled->setWidget(measures);
    auto* poses = new PoseLibraryPanel(*session_, [this](const BodyParameters& pose, const QSize& size) { return view_->portrait(pose, size); });
    fit_ = new FitPanel(*session_);
    auto* history = new QUndoView(&session_->undoStack());
    history->setObjectName("historyView");
    history->setEmptyLabel(tr("As recovered"));
    addDock("measuresDock", tr("Measures"), scrolled, poseDock);
    addDock("posesDock", tr("Poses"), poses, poseDock);
    addDock("fitDock", tr("Fit"), fit_, peopleDock);
    addDock("historyDock", tr("History"), history, peopleDock);
    peopleDock->raise();
    poseDock->raise();
    connect(measures, &MeasurementPanel::failed, this, &MainWindow::takeFailure);
    connect(poses, &PoseLibraryPanel::failed, this, &MainWindow::takeFailure);
    connect(fit_, &FitPanel::failed, this, &MainWindow::takeFailure);
}

void MainWindow::changePose(const QString& text, const std::function<PersonEdit(int person)>& change) {
    const int id = session_->selectedPerson();
    if (!session_->person(id)) return;
    const PersonEdit after = change(id);
    if (after == session_->edit(id)) return;
    session_->beginGesture();
    session_->undoStack().push(new ChangePerson(*session_, id, text, after));
}

void MainWindow::buildPoseMenu() {
    QMenu* menu = menuBar()->addMenu(tr("P&ose"));
    const auto joint = [this] { return session_->selectedJoint(); };
    const auto jointName = [this] {
        return QString::fromStdString(jointLabel(kSmplJointNames[static_cast<std::size_t>(session_->selectedJoint())])).toLower();
    };
    QAction* pose = addAction(menu, "poseTool", tr("&Drag bodies"), Qt::Key_G, tr("Drag what lies under the hand; off: drag boxes"), {});
    pose->setIconText(tr("Drag"));  // in the tool bar, which has to fit narrow windows
    pose->setCheckable(true);
    connect(pose, &QAction::toggled, view_, &PictureView::setPosesBodies);
    connect(view_, &PictureView::posesBodiesChanged, pose, &QAction::setChecked);
    addToggle(menu, "showGizmo", tr("&Rotation rings"), Qt::Key_R, tr("Rings that turn the chosen joint"), &ViewSettings::gizmo)->setIconText(tr("Rings"));
    addToggle(menu, "gizmoIsLocal", tr("Rings on the joint's &own axes"), tr("Shift+R"), tr("Off: on the axes of the camera"), &ViewSettings::gizmoIsLocal);
    menu->addSeparator();
    addToggle(menu, "showJoints2d", tr("&Joints of the picture"), Qt::Key_J, tr("19 joints to drag to where the picture has them"), &ViewSettings::joints2d);
    addAction(menu, "openMarks", tr("Boxes and joints from a &file…"), {}, tr("The people of this picture as OpenPose's JSON or a box file tells; Snap to picture then follows the joints"), [this] { chooseMarks(); });
    addAction(menu, "snap", tr("&Snap to picture"), tr("Ctrl+J"), tr("Fit the body to the joints of the picture"), [this] { fit_->snap(); });
    addToggle(menu, "showMeasures", tr("Measurement &lines"), Qt::Key_M, tr("Draw the measures on the chosen body"), &ViewSettings::measures);
    menu->addSeparator();
    addAction(menu, "mirrorPose", tr("&Mirror pose"), tr("Ctrl+M"), tr("Swap left and right"), [this] {
        changePose(tr("Mirror pose"), [this](int id) { return withMirroredPose(*session_, id); });
    });
    addAction(menu, "mirrorLimb", tr("Mirror &limb"), tr("Ctrl+Shift+M"), tr("Give the other side the chosen limb's pose"), [this, joint] {
        changePose(tr("Mirror limb"), [this, joint](int id) { return withMirroredLimb(*session_, id, joint()); });
    });
    addAction(menu, "copyPose", tr("&Copy pose"), QKeySequence::Copy, tr("Copy the chosen person's pose and shape"), [this] {
        if (const PersonEstimate* person = session_->person(session_->selectedPerson())) copied_ = CopiedPose{person->parameters.pose, person->parameters.betas};
        updateActions();
    });
    addAction(menu, "pastePose", tr("&Paste pose"), QKeySequence::Paste, tr("Put the copied pose on the chosen person, who keeps facing as before"), [this] {
        changePose(tr("Paste pose"), [this](int id) { return pasted(id); });
    });
    addAction(menu, "pasteShape", tr("Paste s&hape"), tr("Ctrl+Shift+V"), tr("Put the copied shape on the chosen person"), [this] {
        changePose(tr("Paste shape"), [this](int id) { return withBetas(*session_, id, copied_->betas); });
    });
    menu->addSeparator();
    addAction(menu, "lockJoint", tr("Lock or unlock &joint"), Qt::Key_K, tr("A locked joint keeps its rotation in whatever is done, and when the body is recovered anew"), [this, joint, jointName] {
        const bool isLocked = session_->edit(session_->selectedPerson()).lockedJoints.contains(joint());
        changePose((isLocked ? tr("Unlock %1") : tr("Lock %1")).arg(jointName()), [=, this](int id) { return withLocks(*session_, id, std::vector{joint()}, !isLocked); });
    });
    addAction(menu, "lockLimb", tr("Lock or unlock lim&b"), tr("Shift+K"), tr("The same for all joints of the limb"), [this, joint] {
        const bool isLocked = session_->edit(session_->selectedPerson()).lockedJoints.contains(joint());
        changePose(isLocked ? tr("Unlock limb") : tr("Lock limb"), [=, this](int id) { return withLocks(*session_, id, limbOf(joint()), !isLocked); });
    });
    addAction(menu, "pinJoint", tr("P&in or unpin joint"), Qt::Key_I, tr("A pinned joint stays in its place while others are dragged"), [this, joint, jointName] {
        const bool isPinned = session_->edit(session_->selectedPerson()).pinnedJoints.contains(joint());
        changePose((isPinned ? tr("Unpin %1") : tr("Pin %1")).arg(jointName()), [=, this](int id) { return withPin(*session_, id, joint(), !isPinned); });
    });
}

void MainWindow::chooseMarks() {
    auto* dialog = new QFileDialog(this, tr("Boxes and joints"), QSettings().value("marksFolder").toString(), tr("OpenPose's joints, boxes (*.json)"));
    dialog->setObjectName("marksDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        QSettings().setValue("marksFolder", QFileInfo(file).absolutePath());
        openMarks(file);
    });
    dialog->open();
}

void MainWindow::openMarks(const QString& file) {
    try {
        if (!session_->hasPicture()) throw Error("Open the picture first that " + file.toStdString() + " tells of.");
        const auto people = readMarkedPeople(file.toStdString());
        markPeople(*session_, people, tr("People of %1").arg(QFileInfo(file).fileName()));
        ViewSettings view = session_->view();
        view.joints2d = std::any_of(people.begin(), people.end(), [](const MarkedPerson& person) { return person.joints.has_value(); }) || view.joints2d;
        session_->setView(view);
    } catch (const Error& error) {
        takeFailure(QString::fromStdString(error.what()));
    }
}

PersonEdit MainWindow::pasted(int person) const {
    Points3d pose = copied_->pose;
    pose.row(0) = session_->person(person)->parameters.pose.row(0);
    return withPose(*session_, person, pose);
}

void MainWindow::updatePoseActions() {
    const bool hasPerson = session_->person(session_->selectedPerson()) != nullptr;
    for (const char* name : {"snap", "mirrorPose", "mirrorLimb", "copyPose", "lockJoint", "lockLimb", "pinJoint"}) actions_[name]->setEnabled(hasPerson);
    for (const char* name : {"pastePose", "pasteShape"}) actions_[name]->setEnabled(hasPerson && copied_.has_value());
}

}  // namespace hmr
