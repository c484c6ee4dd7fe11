// SPDX-License-Identifier: MIT
#include "app/panels/pose_library_panel.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QVBoxLayout>
#include <algorithm>

#include "app/editing/edit_commands.h"
#include "app/editing/pose_editing.h"
#include "body/error.h"
#include "formats/motion/take_file.h"
#include "formats/pose_file.h"
#include "formats/resources.h"

namespace hmr {
namespace {

constexpr int kFileRole = Qt::UserRole, kOwnRole = Qt::UserRole + 1, kPaintedRole = Qt::UserRole + 2;
const QSize kThumbnail(72, 84);

/// A file name that any system takes: letters and digits stay, whatever their script.
QString fileNameOf(const QString& poseName) {
    QString name = poseName.trimmed().toLower();
    for (QChar& character : name) {
        if (!character.isLetterOrNumber()) character = '_';
    }
    return name.left(60) + ".json";
}

/// The first pose of whom the file tells: a pose that was saved, parameters, or a motion of any kind that opens here.
Points3d firstPose(const std::filesystem::path& file, const BodyModel& body) {
    Take take;
    try {
        take = readTake(file, body);
    } catch (const Error&) {
        if (file.extension() != ".json") throw;
        return readPoseFile(file).pose;
    }
    for (const Track& track : take.tracks)
        for (const SharedSample& sample : track.samples)
            if (sample) return sample->body.pose;
    throw Error(file.string() + " holds nobody's pose; choose another file.");
}

std::filesystem::path pathOf(const QListWidgetItem& item) { return item.data(kFileRole).toString().toStdString(); }

}  // namespace

PoseLibraryPanel::PoseLibraryPanel(Session& session, Painter painter, QWidget* parent)
    : QWidget(parent), session_(session), painter_(std::move(painter)), list_(new QListWidget(this)), name_(new QLineEdit(this)),
      apply_(new QPushButton(tr("Apply"), this)), open_(new QPushButton(tr("From file…"), this)), save_(new QPushButton(tr("Save"), this)), remove_(new QPushButton(tr("Remove"), this)) {
    setObjectName("poseLibraryPanel");
    list_->setObjectName("poseList");
    list_->setViewMode(QListView::IconMode);
    list_->setIconSize(kThumbnail);
    list_->setGridSize(kThumbnail + QSize(20, 26));
    list_->setResizeMode(QListView::Adjust);
    list_->setMovement(QListView::Static);
    name_->setObjectName("poseName");
    name_->setPlaceholderText(tr("Name of the shown pose"));
    apply_->setObjectName("applyPoseButton");
    apply_->setToolTip(tr("Put the pose on the chosen person"));
    open_->setObjectName("openPoseButton");
    open_->setToolTip(tr("Put a pose from a file on the chosen person: a pose, parameters or the first frame of a motion"));
    save_->setObjectName("savePoseButton");
    save_->setToolTip(tr("Keep the chosen person's pose under this name"));
    remove_->setObjectName("removePoseButton");
    remove_->setToolTip(tr("Delete a pose of your own"));
    auto* saving = new QHBoxLayout;
    saving->addWidget(name_, 1);
    saving->addWidget(save_);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(apply_);
    buttons->addWidget(open_);
    buttons->addWidget(remove_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->setSpacing(4);
    layout->addWidget(list_, 1);
    layout->addLayout(buttons);
    layout->addLayout(saving);

    painting_.setSingleShot(true);
    connect(&painting_, &QTimer::timeout, this, &PoseLibraryPanel::paintNextThumbnail);
    connect(list_, &QListWidget::itemDoubleClicked, this, &PoseLibraryPanel::apply);
    connect(apply_, &QPushButton::clicked, this, [this] { apply(list_->currentItem()); });
    connect(open_, &QPushButton::clicked, this, &PoseLibraryPanel::chooseFile);
    connect(&reading_, &BackgroundTask::finished, this, [this] { applyPose(readName_, *readPose_); });
    connect(&reading_, &BackgroundTask::failed, this, &PoseLibraryPanel::failed);
    connect(save_, &QPushButton::clicked, this, &PoseLibraryPanel::save);
    connect(name_, &QLineEdit::returnPressed, save_, &QPushButton::click);
    connect(remove_, &QPushButton::clicked, this, &PoseLibraryPanel::remove);
    connect(list_, &QListWidget::currentItemChanged, this, &PoseLibraryPanel::updateButtons);
    connect(name_, &QLineEdit::textChanged, this, &PoseLibraryPanel::updateButtons);
    for (const auto signal : {&Session::peopleChanged, &Session::selectionChanged}) connect(&session_, signal, this, &PoseLibraryPanel::updateButtons);
    connect(&session_, &Session::bodyChanged, this, [this] {
        for (int row = 0; row < list_->count(); ++row) list_->item(row)->setData(kPaintedRole, false);
        if (isVisible()) painting_.start();
    });
    readPoses();
}

std::filesystem::path PoseLibraryPanel::folder() {
    return (QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + "/poses").toStdString();
}

void PoseLibraryPanel::readPoses() {
    list_->clear();
    try {
        addPoses(resourcePath("poses"), false);
    } catch (const Error& error) {
        Q_EMIT failed(QString::fromStdString(error.what()));
    }
    addPoses(folder(), true);
    if (isVisible()) painting_.start();
    updateButtons();
}

void PoseLibraryPanel::addPoses(const std::filesystem::path& folder, bool isOwn) {
    std::error_code ignored;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        try {
            auto* item = new QListWidgetItem(QString::fromStdString(readPoseFile(file).name), list_);
            item->setData(kFileRole, QString::fromStdString(file.string()));
            item->setData(kOwnRole, isOwn);
            item->setToolTip(isOwn ? tr("Saved by you") : tr("Comes with the program"));
        } catch (const Error& error) {
            Q_EMIT failed(QString::fromStdString(error.what()));
        }
    }
}

void PoseLibraryPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    painting_.start();  // when its turn comes, the canvas has drawn, so that there is something to draw with
}

/// One a turn of the event loop: each is a picture to render, while the window has to answer.
void PoseLibraryPanel::paintNextThumbnail() {
    for (int row = 0; row < list_->count(); ++row) {
        QListWidgetItem* item = list_->item(row);
        if (item->data(kPaintedRole).toBool()) continue;
        try {
            BodyParameters parameters;
            parameters.pose = readPoseFile(pathOf(*item)).pose;
            const QImage image = painter_(parameters, kThumbnail * devicePixelRatioF());
            if (image.isNull()) return;
            item->setIcon(QPixmap::fromImage(image));
        } catch (const Error&) {
            // Deleted meanwhile, or a body of another skeleton; applying the pose says so.
        }
        item->setData(kPaintedRole, true);
        painting_.start();
        return;
    }
}

void PoseLibraryPanel::apply(QListWidgetItem* item) {
    if (!item) return;
    try {
        applyPose(item->text(), readPoseFile(pathOf(*item)).pose);
    } catch (const Error& error) {
        Q_EMIT failed(QString::fromStdString(error.what()));
    }
}

void PoseLibraryPanel::applyPose(const QString& name, Points3d pose) {
    const int id = session_.selectedPerson();
    const PersonEstimate* person = session_.person(id);
    if (!person) return;
    pose.row(0) = person->parameters.pose.row(0);
    session_.beginGesture();
    session_.undoStack().push(new ChangePerson(session_, id, tr("Pose “%1”").arg(name), withPose(session_, id, pose)));
}

void PoseLibraryPanel::chooseFile() {
    auto* dialog = new QFileDialog(this, tr("Pose from a file"), QSettings().value("poseFolder").toString(),
                                   tr("Poses, parameters and motion (*.json *.npz *.bvh *.pkl *.hmrs);;All files (*)"));
    dialog->setObjectName("poseFileDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        QSettings().setValue("poseFolder", QFileInfo(file).absolutePath());
        readFile(file);
    });
    dialog->open();
}

/// In the background: a long motion takes its time.
void PoseLibraryPanel::readFile(const QString& file) {
    if (reading_.isRunning()) return;
    readName_ = QFileInfo(file).completeBaseName();
    readPose_ = std::make_shared<Points3d>();
    reading_.start([pose = readPose_, body = session_.body(), path = std::filesystem::path(file.toStdString())](const auto&) { *pose = firstPose(path, *body); });
}

void PoseLibraryPanel::save() {
    const PersonEstimate* person = session_.person(session_.selectedPerson());
    const QString name = name_->text().trimmed();
    if (!person || name.isEmpty()) return;
    try {
        std::error_code error;
        std::filesystem::create_directories(folder(), error);
        if (error) throw Error("The folder " + folder().string() + " cannot be made: " + error.message() + ".");
        writePoseFile(folder() / fileNameOf(name).toStdString(), {name.toStdString(), person->parameters.pose});
        name_->clear();
    } catch (const Error& error) {
        Q_EMIT failed(QString::fromStdString(error.what()));
    }
    readPoses();
}

void PoseLibraryPanel::remove() {
    const QListWidgetItem* item = list_->currentItem();
    if (!item || !item->data(kOwnRole).toBool()) return;
    std::error_code error;
    std::filesystem::remove(pathOf(*item), error);
    if (error) Q_EMIT failed(tr("%1 cannot be deleted: %2").arg(item->text(), QString::fromStdString(error.message())));
    readPoses();
}

void PoseLibraryPanel::updateButtons() {
    const bool hasPerson = session_.person(session_.selectedPerson()) != nullptr;
    const QListWidgetItem* item = list_->currentItem();
    apply_->setEnabled(item && hasPerson);
    open_->setEnabled(hasPerson);
    remove_->setEnabled(item && item->data(kOwnRole).toBool());
    save_->setEnabled(hasPerson && !name_->text().trimmed().isEmpty());
}

}  // namespace hmr
