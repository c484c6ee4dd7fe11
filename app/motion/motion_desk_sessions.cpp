// SPDX-License-Identifier: MIT
// Sessions: opening, saving, what is unsaved, what a crash left.
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <utility>

#include "app/motion/motion_desk.h"
#include "app/motion/session_store.h"
#include "body/error.h"
#include "body/motion/finished_take.h"
#include "formats/motion/session_part.h"
#include "formats/motion/take_file.h"
#include "inference/frame_source.h"

namespace hmr {

bool MotionDesk::open(const QString& file) {
    const QString extension = "." + QFileInfo(file).suffix().toLower();
    if (!QStringList{kSessionExtension, ".bvh", ".npz", ".json", ".pkl"}.contains(extension)) return false;
    try {
        openMotion(file);
    } catch (const Error& error) {
        Q_EMIT failed(QString::fromUtf8(error.what()));
    }
    return true;
}

void MotionDesk::openMotion(const QString& file) {
    const std::filesystem::path path = file.toStdString();
    if (file.endsWith(kSessionExtension, Qt::CaseInsensitive)) {
        const SessionDocument document = readSession(path);
        leave([this, document, file] {
            openDocument(document);
            sessionFile_ = file;
        });
        return;
    }
    if (!session_.body()) {  // motion is sized by the body: it is opened when the body is there
        connect(&session_, &Session::bodyChanged, this, [this, file] { open(file); }, Qt::SingleShotConnection);
        return;
    }
    std::string remark;
    Take take = seenFromACamera(readTake(path, *session_.body(), &remark));
    if (take.isEmpty()) throw Error(path.string() + " holds nobody's motion; choose another file.");
    editor_.setTake(std::move(take), {}, tr("Import %1").arg(QFileInfo(file).fileName()));
    if (!remark.empty()) Q_EMIT warned(QString::fromStdString(remark));
}

void MotionDesk::openDocument(const SessionDocument& document) {
    session_.restore(sessionStateOf(document));
    QStringList files;  // a camera's past is not to be had again
    for (const std::string& source : document.sources)
        if (!isLiveSource(source)) files << QString::fromStdString(source);
    sources_ = files;
    const QString shown = isLiveSource(document.source) ? QString() : QString::fromStdString(document.source);
    editor_.reset({seenFromACamera(document.take), document.keys});
    if (!files.isEmpty()) Q_EMIT sourcesWanted(files, shown, document.frame + document.take.firstSourceFrame);
    editor_.showFrame(document.frame);
    for (const QString& file : files)
        if (!QFileInfo::exists(file)) return askWhereItIs(document, file.toStdString());
}

void MotionDesk::askWhereItIs(const SessionDocument& document, const std::string& missing) {
    const QString name = QString::fromStdString(missing);
    auto* box = new QMessageBox(QMessageBox::Question, tr("Locate"), tr("%1 is not there any more.").arg(name), QMessageBox::Ignore, &window_);
    box->setObjectName("locateBox");
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(tr("The session's edits and motion are kept either way."));
    const QPushButton* locate = box->addButton(tr("Locate…"), QMessageBox::AcceptRole);
    connect(box, &QMessageBox::finished, this, [=, this] {
        if (box->clickedButton() != locate) return;
        auto* dialog = new QFileDialog(&window_, tr("Where is %1?").arg(QFileInfo(name).fileName()), QFileInfo(sessionFile_).absolutePath());
        dialog->setObjectName("locateDialog");
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        connect(dialog, &QFileDialog::fileSelected, this, [=, this](const QString& found) {
            SessionDocument moved = document;
            moveSources(moved, missing, found.toStdString());
            openDocument(moved);
            session_.undoStack().resetClean();  // the session's file holds the old place
        });
        dialog->open();
    });
    box->open();
}

bool MotionDesk::saveSession(const QString& file) {
    try {
        writeSession(file.toStdString(), work());
    } catch (const Error& error) {
        Q_EMIT failed(QString::fromUtf8(error.what()));
        return false;
    }
    sessionFile_ = file;
    session_.undoStack().setClean();
    Q_EMIT told(tr("Saved %1").arg(file));
    return true;
}

bool MotionDesk::isUnsaved() const { return recorder_ || !session_.undoStack().isClean(); }

void MotionDesk::leave(const std::function<void()>& goOn) {
    if (!isUnsaved()) return goOn();
    if (std::exchange(isAsking_, true)) return;
    auto* box = new QMessageBox(QMessageBox::Warning, tr("Unsaved work"), tr("There is work here that is in no session file."),
                                QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, &window_);
    box->setObjectName("unsavedBox");
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(tr("Save it first, or go on without it?"));
    connect(box, &QMessageBox::finished, this, [this, goOn](int answer) {
        isAsking_ = false;
        if (answer == QMessageBox::Save) return saveAnd(goOn);
        if (answer != QMessageBox::Discard) return;
        if (recorder_) endRecording();
        recordingCopy_.reset();
        session_.undoStack().setClean();
        goOn();
    });
    box->open();
}

void MotionDesk::saveAnd(const std::function<void()>& goOn) {
    stopRecording();  // what there is of the take is saved too
    if (sessionFile_.isEmpty()) return chooseSession(true, goOn);
    if (saveSession(sessionFile_)) goOn();
}

void MotionDesk::chooseSession(bool saves, const std::function<void()>& goOn) {
    auto* dialog = new QFileDialog(&window_, saves ? tr("Save session") : tr("Open session or motion"), QSettings().value("sessionFolder").toString());
    dialog->setObjectName("sessionDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(saves ? QFileDialog::AcceptSave : QFileDialog::AcceptOpen);
    const QString own = QString("*%1").arg(kSessionExtension);
    dialog->setNameFilters({saves ? tr("Sessions (%1)").arg(own) : tr("Sessions and motion (%1 *.npz *.json *.bvh *.pkl)").arg(own)});
    if (saves) {
        dialog->setDefaultSuffix(kSessionExtension + 1);
        dialog->selectFile(sessionFile_.isEmpty() ? defaultName() + kSessionExtension : sessionFile_);
    }
    connect(dialog, &QFileDialog::fileSelected, this, [this, saves, goOn](const QString& file) {
        QSettings().setValue("sessionFolder", QFileInfo(file).absolutePath());
        if (!saves) open(file);
        else if (saveSession(file) && goOn) goOn();
    });
    dialog->open();
}

void MotionDesk::offerRecovery() { offerCopies(autosave_->leftBehind()); }

void MotionDesk::offerCopies(QStringList files) {
    if (files.isEmpty()) return;
    const QString file = files.takeFirst();
    const QString when = QLocale().toString(QFileInfo(file).lastModified(), QLocale::ShortFormat);
    auto* box = new QMessageBox(QMessageBox::Question, tr("Recover"), tr("The program did not end as it should. Its work of %1 is still there.").arg(when),
                                QMessageBox::NoButton, &window_);
    box->setObjectName("recoveryBox");
    box->setAttribute(Qt::WA_DeleteOnClose);
    if (!files.isEmpty()) box->setInformativeText(tr("Older copies that are kept meanwhile: %1").arg(files.size()));
    const auto addButton = [box](const QString& text, QMessageBox::ButtonRole role, const char* name) {
        QPushButton* button = box->addButton(text, role);
        button->setObjectName(name);
        return button;
    };
    const QPushButton* recovers = addButton(tr("Recover"), QMessageBox::AcceptRole, "recoverButton");
    const QPushButton* discards = addButton(tr("Discard"), QMessageBox::DestructiveRole, "discardButton");
    addButton(tr("Later"), QMessageBox::RejectRole, "laterButton");
    connect(box, &QMessageBox::finished, this, [=, this] {
        if (box->clickedButton() == recovers) {
            if (!recover(file)) offerCopies(files);
        } else if (box->clickedButton() == discards) {
            autosave_->discard(file);
            offerCopies(files);
        }
    });
    box->open();
}

bool MotionDesk::recover(const QString& file) {
    try {
        openDocument(readSession(file.toStdString()));
    } catch (const Error& error) {
        Q_EMIT failed(QString::fromUtf8(error.what()));
        return false;
    }
    sessionFile_.clear();
    session_.undoStack().resetClean();  // no file of the user's own holds it
    autosave_->adopt(file);
    return true;
}

}  // namespace hmr
