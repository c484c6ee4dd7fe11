// SPDX-License-Identifier: MIT
#include "app/panels/fit_panel.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "app/editing/edit_commands.h"
#include "app/editing/joint_angles.h"
#include "app/editing/pose_editing.h"
#include "app/panels/refresh_when_seen.h"
#include "app/panels/table_columns.h"
#include "body/error.h"

namespace hmr {
namespace {

QPushButton* button(QWidget* parent, const QString& name, const QString& text, const QString& toolTip) {
    auto* button = new QPushButton(text, parent);
    button->setObjectName(name);
    button->setToolTip(toolTip);
    return button;
}

}  // namespace

FitPanel::FitPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      table_(new QTreeWidget(this)),
      summary_(new QLabel(this)),
      progress_(new QProgressBar(this)),
      snap_(button(this, "snapButton", tr("Snap to picture"), tr("Fit the body to the joints of the picture"))),
      cancel_(button(this, "cancelSnapButton", tr("Cancel"), tr("Stop the fit; nothing changes"))),
      clear_(button(this, "clearTargetsButton", tr("Forget joints"), tr("Forget the joints that were set by hand"))),
      silhouetteButton_(button(this, "silhouetteButton", {}, {})) {
    setObjectName("fitPanel");
    table_->setObjectName("fitTable");
    table_->setColumnCount(2);
    table_->setHeaderLabels({tr("Joint of the picture"), tr("Off by")});
    setColumnsFor(*table_, tr("00000.0 px"));
    table_->setRootIsDecorated(false);
    table_->setUniformRowHeights(true);
    table_->setSelectionMode(QAbstractItemView::NoSelection);
    for (const auto name : kCocoPlusNames) {
        auto* item = new QTreeWidgetItem(table_, {QString::fromStdString(jointLabel(name))});
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    }
    summary_->setObjectName("fitSummary");
    progress_->setObjectName("fitProgress");
    progress_->setRange(0, 100);
    progress_->setTextVisible(false);
    progress_->setFixedHeight(6);
    auto* buttons = new QHBoxLayout;
    for (QPushButton* each : {snap_, cancel_, clear_}) buttons->addWidget(each);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->setSpacing(4);
    layout->addWidget(table_, 1);
    layout->addWidget(summary_);
    layout->addWidget(progress_);
    layout->addLayout(buttons);
    layout->addWidget(silhouetteButton_);

    connect(snap_, &QPushButton::clicked, this, &FitPanel::snap);
    connect(silhouetteButton_, &QPushButton::clicked, this, [this] {
        const int id = session_.selectedPerson();
        if (silhouetteFileOf(session_, id).empty()) return chooseSilhouette();
        session_.undoStack().push(new ChangePerson(session_, id, tr("Forget silhouette"), withSilhouette(session_, id, {})));
    });
    connect(cancel_, &QPushButton::clicked, this, [this] { job_.cancel(); });
    connect(clear_, &QPushButton::clicked, this, [this] {
        const int id = session_.selectedPerson();
        session_.undoStack().push(new ChangePerson(session_, id, tr("Forget joints of the picture"), withoutTargets(session_, id)));
    });
    connect(&job_, &FitJob::progressed, this, [this](double share) { progress_->setValue(static_cast<int>(100 * share)); });
    connect(&job_, &FitJob::finished, this, &FitPanel::take);
    connect(&job_, &FitJob::checked, this, [this](const FitRequest& request) {
        if (isCurrent(request))
            session_.undoStack().push(new ChangePerson(session_, request.person, tr("Use silhouette"), withSilhouette(session_, request.person, request.silhouette)));
    });
    connect(&job_, &FitJob::failed, this, &FitPanel::failed);
    connect(&job_, &FitJob::ended, this, [this] {
        progress_->setValue(0);
        refresh();
    });
    auto* refreshing = new RefreshWhenSeen(*this, [this] { refresh(); });
    for (const auto signal : {&Session::peopleChanged, &Session::selectionChanged}) connect(&session_, signal, refreshing, &RefreshWhenSeen::ask);
    connect(&session_, &Session::personEdited, refreshing, &RefreshWhenSeen::ask);
}

void FitPanel::snap() {
    try {
        job_.start(fitRequest(session_, session_.selectedPerson()));
        progress_->setValue(0);
        refresh();
    } catch (const Error& error) {
        Q_EMIT failed(QString::fromStdString(error.what()));
    }
}

void FitPanel::chooseSilhouette() {
    auto* dialog = new QFileDialog(this, tr("The person's silhouette: a mask, or a picture with transparency"), QSettings().value("silhouetteFolder").toString(),
                                   tr("Pictures (*.png *.webp *.jpg *.jpeg *.bmp *.tif *.tiff)"));
    dialog->setObjectName("silhouetteDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        QSettings().setValue("silhouetteFolder", QFileInfo(file).absolutePath());
        useSilhouette(file);
    });
    dialog->open();
}

void FitPanel::useSilhouette(const QString& file) {
    try {
        FitRequest request = fitRequest(session_, session_.selectedPerson());
        request.silhouette = QFileInfo(file).absoluteFilePath().toStdString();
        job_.check(std::move(request));
        refresh();
    } catch (const Error& error) {
        Q_EMIT failed(QString::fromStdString(error.what()));
    }
}

bool FitPanel::isCurrent(const FitRequest& request) const {
    return request.picture == session_.pictureKey() && session_.person(request.person) && request.edit == session_.edit(request.person);
}

void FitPanel::take(const FitRequest& request, const FitResult& result) {
    if (result.wasStopped || !isCurrent(request)) return;
    session_.beginGesture();
    session_.undoStack().push(new ChangePerson(session_, request.person, tr("Snap to picture"),
                                               withBody(session_, request.person, result.parameters, result.camera)));
}

void FitPanel::refresh() {
    const int id = session_.selectedPerson();
    const PersonEstimate *shown = session_.person(id), *answer = session_.recovered(id);
    setEnabled(shown != nullptr);
    snap_->setEnabled(!job_.isRunning());
    cancel_->setEnabled(job_.isRunning());
    const QString mask = QString::fromStdString(silhouetteFileOf(session_, id));
    silhouetteButton_->setEnabled(!job_.isRunning());
    silhouetteButton_->setText(mask.isEmpty() ? tr("Silhouette…") : tr("Forget silhouette"));
    silhouetteButton_->setToolTip(mask.isEmpty() ? tr("A mask of the chosen person, which Snap to picture then fits the body's outline to") : tr("Snap without %1").arg(mask));
    clear_->setEnabled(shown && !targetsOf(session_, id).empty());
    double sum = 0;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        QTreeWidgetItem* item = table_->topLevelItem(joint);
        if (!shown || !answer) {
            item->setText(1, {});
            continue;
        }
        const auto& targets = targetsOf(session_, id);
        const bool isSet = targets.contains(joint);
        const Eigen::Vector2d place = isSet ? targets.at(joint) : placeSeen(*answer, joint);
        const double off = (shown->joints2d.row(joint).transpose() - place).norm();
        sum += off;
        item->setText(1, tr("%1 px").arg(off, 0, 'f', 1));
        QFont font = item->font(0);
        font.setBold(isSet);
        item->setFont(0, font);
        item->setToolTip(0, isSet ? tr("Set by hand") : tr("Where the network saw it"));
    }
    summary_->setText(shown ? tr("Mean %1 px").arg(sum / kNumCocoPlusJoints, 0, 'f', 1) : QString());
}

}  // namespace hmr
